// SPDX-License-Identifier: Apache-2.0
// Triggers on a real database, their functions and the time in the test's hands.
#pragma once

#include "base/guarded.h"
#include "workflows/body_threads.h"
#include "workflows/host_testing.h"
#include "workflows/schedule_testing.h"
#include "workflows/trigger_polling.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testing {

using Says = std::optional<std::string>; // what a function answers

// A function in the hands of a test.
class AskedFunction {
public:
    void says(Says answer)
    {
        answer_.with([&](Says& place) { place = std::move(answer); });
    }
    void holds() { is_held_ = true; }
    void let_go() { barrier_.open(); }

    std::optional<std::string> operator()()
    {
        ++asked;
        if (is_held_)
            barrier_.wait();
        Says answer = answer_.with([](Says& place) { return place; });
        if (answer == "throw")
            throw std::runtime_error("as it was told");
        if (answer == "throw int")
            throw 1;
        return answer;
    }

    std::atomic<int> asked = 0;

private:
    Guarded<Says> answer_;
    std::atomic<bool> is_held_ = false;
    Barrier barrier_;
};

// What one process has for triggers.
struct TriggerProcess {
    TriggerProcess(asio::io_context& loop, Store& store)
        : workflows(loop.get_executor(), store, 5min),
          firing(store, workflows, {}, 1h),
          polling({loop.get_executor(), store, threads, firing}, {}, Log())
    {}

    BodyThreads threads{4};
    StoredWorkflows workflows;
    TriggerFiring firing;
    TriggerPolling polling;
};

class TriggersTest : public ScheduleTest {
protected:
    std::shared_ptr<TriggerRegistration> files() const
    {
        const auto made = std::make_shared<TriggerRegistration>();
        made->name = "files";
        made->workflow = "etl";
        made->poll = [function = function] { return (*function)(); };
        return made;
    }

    Result<bool> record(const RegisteredTrigger& trigger)
    {
        return wait(triggers.add(trigger, trigger->workflow.empty() ? "" : etl));
    }
    void add(TriggerProcess& process, const RegisteredTrigger& trigger)
    {
        ASSERT_TRUE(record(trigger));
        process.polling.add(trigger);
    }
    void add(const RegisteredTrigger& trigger) { add(here, trigger); }

    // One turn, and the answers to its questions: how many there were.
    std::size_t turn(TriggerProcess& process)
    {
        const std::size_t asked = wait(process.polling.run_once()).value();
        turn_until(loop, [&] { return process.polling.asking() == 0; });
        return asked;
    }
    std::size_t turn() { return turn(here); }

    // As time goes by, with a turn each so often.
    std::size_t turns(TriggerProcess& process, Micros time, Micros step)
    {
        std::size_t asked = 0;
        for (; time > Micros{0}; time -= step) {
            clock.advance(step);
            asked += turn(process);
        }
        return asked;
    }

    // Oldest first.
    std::vector<TriggerFireView> fires(const std::string& name = "files")
    {
        auto found = wait(triggers.history(name, 100, 0)).value();
        std::ranges::reverse(found);
        return found;
    }
    TriggerView get(const std::string& name = "files")
    {
        return wait(triggers.get(name)).value().value();
    }
    void enable(bool enabled) { ASSERT_TRUE(wait(triggers.set_enabled("files", enabled))); }

    Result<Submitted> fire_by_hand(std::string context)
    {
        TriggerContext asked = trigger_context(context, "files", 1 << 20).value();
        StoredSchedule stored = wait(triggers.find("files")).value();
        return wait(here.firing.fire(stored, asked, TriggerFiring::By::user));
    }

    const TriggerPolling::Counts& counts() { return here.polling.counts(); }

    const std::string etl = "public::embedded::etl";
    std::shared_ptr<AskedFunction> function = std::make_shared<AskedFunction>();
    TriggerProcess here{loop, db.store()};
};

} // namespace sluice::testing
