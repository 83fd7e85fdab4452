// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"

#include <boost/asio/io_context.hpp>

namespace sluice {

// Runs the loop until `work`, the whole of a program, has ended and gives back its exit code;
// throws what it throws. For main alone: everything else starts its coroutines in a TaskScope.
int run_main(asio::io_context& loop, Async<int> work);

} // namespace sluice
