// SPDX-License-Identifier: Apache-2.0
#include "api/store_probe.h"

#include "store/store.h"

namespace sluice {

StoreProbe::StoreProbe(asio::any_io_executor executor, Store& store, Log log)
    : store_(store), scope_(executor, std::move(log)), answered_(executor)
{}

Async<bool> StoreProbe::answers(std::chrono::milliseconds limit)
{
    if (!asking_) {
        asking_ = true;
        scope_.spawn(ask());
    }
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (asking_) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left.count() <= 0)
            co_return false;
        co_await answered_.wait_for(left);
    }
    co_return healthy_;
}

Async<void> StoreProbe::ask()
{
    auto look = [](Reads& reads) { return reads.setting("health"); };
    const Result<std::optional<std::string>> answer = co_await store_.read(look);
    healthy_ = answer.has_value();
    asking_ = false;
    answered_.notify();
}

Async<void> StoreProbe::stop()
{
    co_await scope_.join();
}

} // namespace sluice
