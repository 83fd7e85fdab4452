// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "async/with_stop.h"
#include "base/log.h"
#include "store/changes.h"
#include "tasks/courier.h"

#include <chrono>
#include <functional>
#include <list>
#include <optional>

namespace sluice {

// Sends the webhooks that the store owes, and tells it how each try went. A delivery is this
// process's own from the taking until the end of the try; when the process dies in between, it is
// sent again with the same key. Lives on the loop; `webhooks` outlives it. close(), then stop().
//
// Those that wait for a place at their target do not count against the capacity, so a slow target
// delays nobody else's.
class Deliverer {
public:
    struct Options {
        std::size_t capacity = 256; // under way
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(5);
        Courier::Options courier = {};

        // Who takes; 0: this process has no number yet.
        std::function<WorkerId()> worker = [] { return WorkerId{}; };
    };

    Deliverer(asio::any_io_executor executor, Webhooks& webhooks, Options options, Log log);

    Async<void> run(); // until close()

    // Takes nothing more; what is not on its way yet goes back.
    void close();

    // After close(): waits for what is on its way until `deadline`, then gives it up.
    Async<void> stop(std::chrono::steady_clock::time_point deadline);

    void changed(const Changes& changes);

    std::size_t busy() const { return deliveries_.size() - reporting_ - courier_.waiting(); }
    std::size_t waiting() const { return courier_.waiting(); }

private:
    struct Delivery {
        Delivery(asio::any_io_executor executor, OwedDelivery given, WorkerId taker)
            : owed(std::move(given)), worker(taker), stop(std::move(executor))
        {}

        OwedDelivery owed;
        WorkerId worker;
        StopEvent stop;
        Courier::Stage stage = Courier::Stage::before;
    };
    using Deliveries = std::list<Delivery>;

    Async<Result<void>> run_once();
    Async<Result<void>> look_ahead();
    Async<void> sleep();
    std::chrono::steady_clock::duration time_to_sleep() const;
    bool has_room() const { return busy() < options_.capacity; }
    void due_at(Time time);
    void begin(OwedDelivery owed, WorkerId worker);
    Async<void> deliver(Deliveries::iterator delivery);
    Async<void> report(EndTry end);

    Webhooks& webhooks_;
    Options options_;
    Log log_;
    Signal wake_;
    Courier courier_;
    TaskScope scope_;
    Deliveries deliveries_;
    std::size_t reporting_ = 0; // the try is over, the store does not know yet
    std::optional<Time> next_due_;
    Time looked_at_;
    bool is_owed_ = true;    // by what is known: to be looked at without delay
    bool is_taking_ = false; // run() is under way
    bool closed_ = false;
    bool stopping_ = false;
};

} // namespace sluice
