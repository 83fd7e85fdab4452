// SPDX-License-Identifier: Apache-2.0
// Attempts without a Runner, for tests of bodies: time and slots are the test's.
#pragma once

#include "workflows/body_attempt.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::workflows {

// Belongs to one thread, that of the test: works run when it says so.
class FakeAttempt final : public BodyAttempt {
public:
    explicit FakeAttempt(std::string input = "{}")
    {
        facts_ = {
            .run_id = "run-1",
            .task_id = "load",
            .workflow = "public::embedded::etl",
            .attempt = 2,
            .input = std::move(input),
            .context_bytes_max = 1024,
            .warn = [this](std::string line) { warnings.push_back(std::move(line)); },
        };
    }

    const BodyFacts& facts() const noexcept override { return facts_; }
    bool is_stopped() const noexcept override { return is_stopped_; }
    bool is_slot_held() const noexcept override { return has_slot_; }
    void end(BodyEnd how) override
    {
        if (!ended)
            ended = std::move(how);
    }

    bool sleep(Micros duration) override
    {
        slept.push_back(duration);
        if (during_sleep)
            during_sleep();
        return !is_stopped_;
    }
    void give_slot_back() override { has_slot_ = false; }
    bool take_slot() override
    {
        has_slot_ = !is_stopped_;
        return has_slot_;
    }

    void post(Work work) override { works.push_back(std::move(work)); }
    void post_after(Micros duration, Work work) override
    {
        slept.push_back(duration);
        works.push_back(std::move(work));
    }
    void post_with_slot(Work work) override
    {
        works.push_back([this, work = std::move(work)] {
            take_slot();
            work();
        });
    }
    void on_stop(Work work) override { on_stop_ = std::move(work); }

    void stop()
    {
        is_stopped_ = true;
        if (Work work = std::exchange(on_stop_, nullptr))
            works.push_back(std::move(work));
    }

    // Runs the next work; false: there is none.
    bool run_one()
    {
        if (works.empty())
            return false;
        const Work work = std::move(works.front());
        works.pop_front();
        work();
        return true;
    }

    // Runs works until nothing is left.
    void run_all()
    {
        while (run_one()) {
        }
    }

    std::optional<BodyEnd> ended;
    std::vector<Micros> slept;
    std::vector<std::string> warnings;
    std::deque<Work> works;
    std::function<void()> during_sleep;

private:
    BodyFacts facts_;
    bool is_stopped_ = false;
    bool has_slot_ = true;
    Work on_stop_;
};

} // namespace sluice::workflows
