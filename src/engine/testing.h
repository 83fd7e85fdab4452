// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/testing.h"
#include "engine/engine.h"
#include "store/testing/driver.h"

#include <gtest/gtest.h>

#include <list>
#include <map>

namespace sluice::testing {

// Does with a task what its name says: "ok …", "fail …", "throw …", "throw int …", "hand back …",
// "throw silently …", "hold …" (until let_go() or a stop request), "wait …" (the same without a
// place, and then holds).
class ScriptedExecutor final : public Executor {
public:
    explicit ScriptedExecutor(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    Async<Outcome> execute(const Leased& task, Stop& stop) override
    {
        started.push_back(task.name);
        for (const ParentEnd& end : task.parents.dependencies)
            told_parents[task.name].push_back(end.task);
        const auto left = failures_left.find(task.name);
        if (task.name.starts_with("throw int"))
            throw 1;
        if (task.name.starts_with("throw silently"))
            throw std::runtime_error("");
        if (task.name.starts_with("throw"))
            throw std::runtime_error("thrown by the task");
        Outcome outcome;
        if (task.name.starts_with("wait"))
            co_await wait(stop);
        if (task.name.starts_with("hold") || task.name.starts_with("wait"))
            outcome = co_await hold(stop);
        const bool fails = left != failures_left.end() && left->second-- > 0;
        if (task.name.starts_with("fail") || fails) {
            outcome.kind = Outcome::Kind::failed;
            outcome.error = "as it was told";
        } else if (task.name.starts_with("hand back")) {
            outcome.kind = Outcome::Kind::returned;
            outcome.error = "cannot";
        }
        outcome.result = "\"result\"";
        if (const auto said = outcomes.find(task.name); said != outcomes.end())
            outcome = said->second;
        co_return outcome;
    }

    std::size_t holding() const { return held_.size(); }
    void let_go() { held_.front()->notify(); }

    std::vector<std::string> started;
    std::map<std::string, int> failures_left;                // by name: so many attempts fail first
    std::map<std::string, Outcome> outcomes;                 // by name, instead
    std::map<std::string, std::vector<TaskId>> told_parents; // by name
    std::size_t stopped = 0;
    std::size_t released = 0; // by let_go() or a stop

private:
    Async<Outcome> hold(Stop& stop)
    {
        Signal signal(executor_);
        const auto place = held_.insert(held_.end(), &signal);
        stop.on_request([&signal] { signal.notify(); });
        co_await signal.wait();
        held_.erase(place);
        ++released;
        stop.on_request(nothing);
        Outcome outcome;
        if (stop.requested()) {
            ++stopped;
            outcome.kind = Outcome::Kind::returned;
            outcome.error = "stopped";
        }
        co_return outcome;
    }

    Async<void> wait(Stop& stop)
    {
        stop.waits();
        const Outcome over = co_await hold(stop);
        if (over.kind != Outcome::Kind::returned)
            co_await stop.goes_on();
    }

    static void nothing() {}

    asio::any_io_executor executor_;
    std::list<Signal*> held_;
};

// An engine on a database in memory, with time in the test's hands.
class EngineTest : public ::testing::Test {
protected:
    EngineTest()
    {
        options.worker_name = "here";
        options.host = "host";
        options.heartbeat = std::chrono::hours(1);
        options.pulse = std::chrono::hours(1);
    }

    ~EngineTest() override
    {
        if (engine)
            await(loop, engine->stop(std::chrono::seconds(0)));
    }

    // Starts the engine and serves the queue "q".
    Dispatcher& serve(std::size_t capacity)
    {
        start();
        Dispatcher::Options serving;
        serving.queues = {"q"};
        serving.capacity = capacity;
        return *await(loop, engine->serve(serving, executor)).value();
    }

    void start()
    {
        engine.emplace(loop.get_executor(), db.store(), options, Log());
        EXPECT_TRUE(await(loop, engine->start()));
    }

    Submitted submit(const std::vector<std::string>& names, std::vector<GraphLink> links = {})
    {
        Submit request;
        request.run.kind = RunKind::execution;
        request.run.queues = {"q"};
        request.links = std::move(links);
        for (const std::string& name : names)
            request.tasks.push_back(named(name));
        return db(std::move(request)).value();
    }

    static NewTask named(std::string name)
    {
        NewTask task;
        task.name = std::move(name);
        task.payload = "{}";
        return task;
    }

    RunState finish(RunId run)
    {
        const auto limit = std::chrono::minutes(5);
        return await(loop, engine->runs().wait(run, limit)).value().row.state;
    }

    Reads::Task task(TaskId id)
    {
        return db.read([id](Reads& reads) { return reads.task(id); }).value();
    }

    std::vector<AttemptRow> attempts(TaskId id)
    {
        return db.read([id](Reads& reads) { return reads.attempts(id); });
    }

    asio::io_context loop;
    ManualClock clock;
    Driver db{loop, ":memory:", clock};
    ScriptedExecutor executor{loop.get_executor()};
    Engine::Options options;
    std::optional<Engine> engine;
};

} // namespace sluice::testing
