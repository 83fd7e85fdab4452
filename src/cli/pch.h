// SPDX-License-Identifier: Apache-2.0
// CLI11 beside the Asio set, compiled once for all commands (style B2).
#include "async/pch.h"

#include <CLI/CLI.hpp>
