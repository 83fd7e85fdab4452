// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "exec/child_program.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

class WorkerThreads;

// `kubectl proxy` as a child of this process: the API of Kubernetes with the rights of a context of
// the user. Every user of this machine can use it meanwhile. Lives on the loop.
class KubectlProxy {
public:
    // `env`: of kubectl. `threads` outlive it.
    KubectlProxy(
        asio::any_io_executor executor, WorkerThreads& threads, std::string context,
        std::vector<std::string> env, Log log
    );

    // Returns its URL when it serves; it is started again, at the same place, whenever it ends.
    // Errors (unavailable): it has ended before, or does not serve within 15 s; in its words.
    Async<Result<std::string>> start();

    // Ends it. Awaited before the end.
    Async<void> close();

private:
    Async<void> keep();
    void heard(const std::string& text);
    ChildProgram program();

    WorkerThreads& threads_;
    std::string context_;
    std::vector<std::string> env_;
    Log log_;
    TaskScope scope_;
    Signal news_;
    std::string printed_;
    std::uint16_t port_ = 0;
    std::optional<std::string> failure_; // before it served
};

// What kubectl gets of our environment: all but what is Sluice's alone.
std::vector<std::string> kubectl_environment();

// The port in what kubectl proxy prints when it serves: "Starting to serve on 127.0.0.1:8001".
std::optional<std::uint16_t> port_of_proxy(std::string_view printed);

} // namespace sluice
