// SPDX-License-Identifier: Apache-2.0
#include "async/run_main.h"

#include "base/assert.h"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>

namespace sluice {

int run_main(asio::io_context& loop, Async<int> work)
{
    std::optional<int> code;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown, int returned) {
        failure = thrown;
        code = returned;
    });
    while (!code && loop.run_one() > 0) {
    }
    if (failure)
        std::rethrow_exception(failure);
    SLUICE_ASSERT(code); // else the loop ran dry: nothing could ever have woken the program
    return *code;
}

} // namespace sluice
