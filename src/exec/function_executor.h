// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/worker_threads.h"
#include "exec/executor.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace sluice {

// Runs functions of this process. A blocking one runs on a pool of threads; a coroutine runs on the
// loop and must not block it. A task whose queue has no function is handed back.
class FunctionExecutor final : public Executor {
public:
    using Blocking = std::function<Outcome(const Leased&)>;
    using Coroutine = std::function<Async<Outcome>(const Leased&, Stop&)>;

    FunctionExecutor(asio::any_io_executor executor, std::size_t threads);

    void add(std::string queue, Blocking function);
    void add(std::string queue, Coroutine function);

    Async<Outcome> execute(const Leased& task, Stop& stop) override;

private:
    WorkerThreads threads_;
    std::unordered_map<std::string, Blocking> blocking_;
    std::unordered_map<std::string, Coroutine> coroutines_;
};

} // namespace sluice
