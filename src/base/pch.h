// SPDX-License-Identifier: Apache-2.0
// What nearly every file includes, compiled once (style B2). Sources still include what they use.
#include "base/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
