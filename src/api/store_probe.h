// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"

#include <chrono>

namespace sluice {

class Store;

// Asks whether the database answers, without waiting for one that hangs: calls of the store cannot
// be cancelled, so the question goes on in the background and later callers share it. Lives on the
// loop; ends with stop().
class StoreProbe {
public:
    StoreProbe(asio::any_io_executor executor, Store& store, Log log);

    // True when it has answered within `limit`.
    Async<bool> answers(std::chrono::milliseconds limit);

    Async<void> stop();

private:
    Async<void> ask();

    Store& store_;
    TaskScope scope_;
    Signal answered_;
    bool asking_ = false;
    bool healthy_ = false;
};

} // namespace sluice
