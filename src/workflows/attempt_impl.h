// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/executor.h"
#include "workflows/body_attempt.h"
#include "workflows/body_door.h"
#include "workflows/inputs.h"
#include "workflows/registry.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace sluice {

// An attempt between its body, on any thread, and the executor, on the loop. What the body does
// stands here under a lock, and the executor is told to look.
class AttemptImpl final : public BodyAttempt {
public:
    using Clock = std::chrono::steady_clock;

    struct Parts {
        std::shared_ptr<BodyDoor> door;
        std::shared_ptr<TaskBody> body;
        BodyFacts facts; // without the input
        InputParts input;
        KnownWorkflowPtr workflow;
    };
    explicit AttemptImpl(Parts parts);
    ~AttemptImpl() override;

    // --- of its body --------------------------------------------------------------------------

    const BodyFacts& facts() const noexcept override { return facts_; }
    bool is_stopped() const noexcept override { return is_done_; }
    bool is_slot_held() const noexcept override;
    void end(BodyEnd how) override;
    bool sleep(Micros duration) override;
    void give_slot_back() override;
    bool take_slot() override;
    void post(Work work) override;
    void post_after(Micros duration, Work work) override;
    void post_with_slot(Work work) override;
    void on_stop(Work work) override;

    // --- of the executor, on the loop ---------------------------------------------------------

    // What is called when there is something to look at; null: nobody looks any more.
    void tell(std::function<void()> on_news) { on_news_ = std::move(on_news); }

    // Has a body thread make the input and begin with the body. False: there are no threads.
    bool begin();

    enum class Slot : std::uint8_t { held, given, wanted };
    struct Look {
        std::optional<Outcome> outcome = {}; // told once
        bool has_begun = false;              // with the body, or what goes before it
        Slot slot = Slot::held;
        std::optional<Clock::time_point> next = {}; // when to look again at the latest
    };
    // Posts what was to be posted after some time and is due.
    Look look(Clock::time_point now);

    bool is_over() const; // the body has ended, well or not
    void slot_is_back();
    void stop();

    // Whether the program was told of this attempt.
    bool has_met_body() const;

    // Nobody waits for it any more, though it may still run.
    void leave();

private:
    struct Later {
        Clock::time_point at;
        Work work;
    };

    // On a body thread.
    void start();
    void work_one();
    void call(const Work& work);

    void finish(Outcome outcome);
    Result<Input> input() const;
    std::vector<Work> wind_up(); // what waited goes on; under the lock
    void enqueue(std::vector<Work> works);
    bool send();
    void news();

    const std::shared_ptr<BodyDoor> door_;
    const std::shared_ptr<TaskBody> body_;
    const KnownWorkflowPtr workflow_;
    BodyFacts facts_; // `input` is written before the body begins
    InputParts input_;

    std::function<void()> on_news_; // the loop's
    std::atomic<bool> has_news_ = false;
    std::atomic<bool> is_done_ = false; // stopped, or over

    mutable std::mutex mutex_;
    std::condition_variable changed_; // the slot, or it is done
    std::optional<Outcome> outcome_;
    bool has_begun_ = false;
    bool has_met_body_ = false;
    bool is_over_ = false;
    bool is_left_ = false;
    Slot slot_ = Slot::held;
    std::deque<Work> works_; // one after the other
    bool is_working_ = false;
    std::vector<Later> later_;
    std::vector<Work> with_slot_;
    Work on_stop_;
};

// What BodyAttempt::current() answers on this thread; the reply is what it answered before.
BodyAttempt* set_current_attempt(BodyAttempt* attempt) noexcept;

} // namespace sluice
