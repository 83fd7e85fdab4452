// SPDX-License-Identifier: Apache-2.0
#include "exec/function_executor.h"

#include <fmt/format.h>

namespace sluice {

FunctionExecutor::FunctionExecutor(asio::any_io_executor executor, std::size_t threads)
    : threads_(std::move(executor), "function", threads)
{}

void FunctionExecutor::add(std::string queue, Blocking function)
{
    blocking_[std::move(queue)] = std::move(function);
}

void FunctionExecutor::add(std::string queue, Coroutine function)
{
    coroutines_[std::move(queue)] = std::move(function);
}

Async<Outcome> FunctionExecutor::execute(const Leased& task, Stop& stop)
{
    const auto coroutine = coroutines_.find(*task.queue);
    if (coroutine != coroutines_.end())
        co_return co_await coroutine->second(task, stop);

    const auto blocking = blocking_.find(*task.queue);
    if (blocking == blocking_.end()) {
        Outcome unknown;
        unknown.kind = Outcome::Kind::returned;
        unknown.error = fmt::format("no function for queue '{}' in this process", *task.queue);
        co_return unknown;
    }
    const Blocking& function = blocking->second;
    auto call = [&function, &task] { return function(task); };
    co_return co_await threads_.run(std::move(call));
}

} // namespace sluice
