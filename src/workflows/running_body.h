// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "workflows/attempt_impl.h"
#include "workflows/body_executor.h"
#include "workflows/deferral.h"

#include <memory>
#include <optional>
#include <set>
#include <unordered_map>

namespace sluice {

// What the attempts of an executor have in common.
struct BodyExecutor::Parts {
    Parts(Needs given, Options limits, Log to)
        : needs(std::move(given)),
          options(limits),
          log(std::move(to)),
          inputs(needs.store, needs.cache),
          door(std::make_shared<BodyDoor>(needs.loop, needs.threads, options.deferred_max))
    {}

    Needs needs;
    Options options;
    Log log;
    Inputs inputs;
    std::shared_ptr<BodyDoor> door;
    WorkerId worker = {};
    std::size_t running = 0;
    std::size_t overdue = 0;
    std::set<Running*> all = {};                     // under way
    std::unordered_map<std::int64_t, int> not_begun; // by task: how often
};

// An attempt while its executor waits for it. On the loop; borrows everything for its life.
class BodyExecutor::Running {
public:
    Running(
        Parts& parts, const Leased& task, Stop& stop, std::shared_ptr<AttemptImpl> attempt,
        std::shared_ptr<TaskBody> body
    );
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    bool begin() { return attempt_->begin(); } // false: the process ends
    void tell_body() { attempt_->stop(); }     // nobody waits for it any more

    // How the attempt has ended; nothing: act() if there is something to do, else rest().
    std::optional<Outcome> look();
    bool is_to_act() const;
    Async<void> act();
    Async<void> rest(); // until there is something to look at

private:
    using Clock = AttemptImpl::Clock;
    using Slot = AttemptImpl::Slot;

    void stopped();
    bool owes_reason() const;
    bool is_deferred() const { return deferral_ && deferral_->is_under_way(); }
    Async<void> learn_reason();
    Async<void> take_slot();
    void give_slot();

    Parts& parts_;
    const Leased& task_;
    Stop& stop_;
    std::shared_ptr<AttemptImpl> attempt_;
    std::shared_ptr<TaskBody> body_;
    Signal news_;
    std::optional<Deferral> deferral_; // from its first wait on
    AttemptImpl::Look seen_;
    Clock::time_point now_{};
    std::optional<Outcome> outcome_;
    std::optional<Clock::time_point> stopped_at_;
    bool knows_reason_ = false; // of the stop
    bool is_overdue_ = false;
};

} // namespace sluice
