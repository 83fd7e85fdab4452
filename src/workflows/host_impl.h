// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.h"
#include "workflows/host.h"
#include "workflows/host_life.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace sluice {

// The program's side of a Host: brings calls to its loop. Any thread.
class HostImpl final : public Host {
public:
    explicit HostImpl(HostOptions options);
    ~HostImpl() override;

    // Errors: those of the store.
    std::optional<CallError> start() { return life_->start(); }

    CallResult<void> add(RegisteredWorkflow workflow) override;
    PendingPtr<bool> add(RegisteredTrigger trigger) override;
    PendingPtr<FollowedRunPtr>
    submit(std::string_view name, std::string context, OnStatus on_status) override;
    PendingPtr<FollowedRunPtr> attach(std::string_view run_id) override;
    PendingPtr<std::vector<RunLine>>
    list_runs(std::string workflow, RunReads::Query query) override;
    PendingPtr<bool> pause(std::string_view run_id) override;
    PendingPtr<bool> resume(std::string_view run_id) override;
    PendingPtr<FollowedRunPtr> retry_from(std::string_view run_id, std::string task) override;
    PendingPtr<std::vector<std::string>> why(std::string_view run_id) override;
    PendingPtr<FollowedRunPtr> fire_trigger(std::string name, std::string context) override;
    std::string metrics() const override;
    std::size_t shutdown(Micros grace) override;

private:
    using Clock = HostLife::Clock;

    std::size_t end(Clock::time_point deadline);
    void hurry(Clock::time_point deadline);

    void perform(LoopWork work, Refused refused) override;
    static Async<void> perform_on(HostLife& life, LoopWork work);

    // Called on the loop with what lives there.
    template <class T>
    using OnLife = std::function<Async<Result<T>>(HostLife&)>;
    template <class T>
    PendingPtr<T> ask(OnLife<T> work) const;

    CallResult<std::string> stored(std::string_view context, std::string_view whose) const;
    std::string namespace_of(const std::string& workflow) const;

    const HostOptions options_;
    Registry registry_;
    mutable HostMeter meter_;
    std::mutex life_mutex_;          // between who ends it and who hurries that
    std::unique_ptr<HostLife> life_; // until shutdown(), after which calls do not reach it
    HostLife* const on_loop_;        // the same, for what calls do there
    const std::shared_ptr<LoopCalls> calls_;
    std::shared_ptr<BodyThreads> threads_;
    std::atomic<bool> is_shut_ = false;
    const PendingPtr<bool> ended_ = std::make_shared<Pending<bool>>();
};

} // namespace sluice
