// SPDX-License-Identifier: Apache-2.0
// Workflows whose bodies are functions of a test, run by a real engine.
#pragma once

#include "base/guarded.h"
#include "engine/testing.h"
#include "model/workflow/definition_testing.h"
#include "workflows/body_attempt.h"
#include "workflows/body_executor.h"
#include "workflows/submission.h"

#include <boost/asio/post.hpp>

#include <future>
#include <map>
#include <utility>

namespace sluice::testing {

// Opened once; who waits at it before goes on then. Copies are one: bodies keep theirs.
class Latch {
public:
    void open() const { state_->opened.set_value(); }
    void wait() const { state_->open.wait(); }

private:
    struct State {
        std::promise<void> opened;
        std::shared_future<void> open = opened.get_future().share();
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

using AttemptPtr = std::shared_ptr<BodyAttempt>;

inline BodyEnd done(std::string output = {})
{
    return {.output = std::move(output)};
}

inline BodyEnd failed(std::string error)
{
    return {.kind = BodyEnd::Kind::failed, .error = std::move(error)};
}

class ScriptedBody final : public TaskBody {
public:
    using Begin = std::function<void(const AttemptPtr&)>;

    ScriptedBody(asio::io_context& loop, Begin begin) : loop_(loop), begin_(std::move(begin)) {}

    void begin(AttemptPtr attempt) override
    {
        inputs_.with([&](auto& inputs) { inputs.push_back(attempt->facts().input); });
        wake();
        begin_(attempt);
    }

    void timed_out(const BodyFacts& facts, const std::string& error) override
    {
        timeouts_.with([&](auto& all) { all.push_back(facts.task_id + ": " + error); });
        wake();
    }

    // Of each attempt that has begun.
    std::vector<std::string> inputs()
    {
        return inputs_.with([](const auto& inputs) { return inputs; });
    }
    std::vector<std::string> timeouts()
    {
        return timeouts_.with([](const auto& all) { return all; });
    }

private:
    void wake()
    {
        asio::post(loop_, [] {});
    } // the test looks

    asio::io_context& loop_;
    Begin begin_;
    Guarded<std::vector<std::string>> inputs_;
    Guarded<std::vector<std::string>> timeouts_;
};

class BodyTest : public EngineTest {
protected:
    BodyTest() { options.lease = std::chrono::hours(24 * 365); } // nobody thinks that we are dead

    ~BodyTest() override
    {
        shut_down();
        threads.close(std::chrono::seconds(60));
        bodies.reset();
        callbacks.close();
    }

    void shut_down(std::chrono::steady_clock::duration grace = {})
    {
        if (engine)
            await(loop, engine->stop(grace));
        engine.reset();
    }

    // A task whose body is a function, of the workflow that serve_bodies() registers.
    void add(WorkflowTask task, ScriptedBody::Begin begin)
    {
        body[task.id] = std::make_shared<ScriptedBody>(loop, std::move(begin));
        tasks.push_back(std::move(task));
    }
    void add(std::string id, ScriptedBody::Begin begin)
    {
        add(sluice::task(std::move(id)), std::move(begin));
    }

    // The workflow as the tasks make it; with another body for each task of the same name.
    KnownWorkflowPtr known() const
    {
        auto registration = std::make_shared<WorkflowRegistration>();
        registration->definition = workflow(tasks);
        for (const WorkflowTask& task : tasks)
            registration->bodies.push_back(body.at(task.id));
        auto made = std::make_shared<KnownWorkflow>();
        made->workflow_namespace = registration->definition.name.text();
        made->submission =
            std::make_shared<SubmissionTemplate>(registration->definition, task_timeout);
        made->registration = std::move(registration);
        return made;
    }

    Submitted run(std::string context = {})
    {
        const auto timeout = std::chrono::hours(1);
        return db(known()->submission->make(WorkflowId{7}, std::move(context), timeout)).value();
    }

    // Registers the workflow.
    void make_executor()
    {
        registry.add(known());
        bodies.emplace(
            BodyExecutor::Needs{
                loop.get_executor(), db.store(), registry, cache, threads, callbacks},
            limits, Log()
        );
    }

    Dispatcher& serve_bodies(std::size_t slots)
    {
        make_executor();
        start();
        db.store().tell_ends();
        engine->on_changes([this](const Changes& changes) { cache.changed(changes); });
        Dispatcher::Options serving;
        serving.queues = registry.queues();
        serving.capacity = slots;
        serving.parents = Claim::Parents::told;
        Dispatcher& dispatcher = *await(loop, engine->serve(serving, *bodies)).value();
        bodies->work_as(engine->worker_id());
        return dispatcher;
    }

    // One slot, one run, until it is final.
    Submitted perform(std::string context = {})
    {
        serve_bodies(4);
        const Submitted submitted = run(std::move(context));
        finish(submitted.run);
        return submitted;
    }

    DoneRow end_of(TaskId id) { return task(id).done.value(); }

    void cancel(const Submitted& submitted, std::vector<TaskId> only = {})
    {
        Target target;
        target.run = submitted.run;
        target.tasks = std::move(only);
        ASSERT_TRUE(db(Cancel{target}));
    }

    // Without an engine: what a worker of its own has.
    Leased claim_for(WorkerId worker)
    {
        Claim request;
        request.worker = worker;
        request.queues = std::make_shared<const QueueFilter>(known_queues());
        request.parents = Claim::Parents::told;
        return db(std::move(request)).value().at(0);
    }
    std::vector<std::string> known_queues() const
    {
        return {workflow_queue(known()->registration->definition.name)};
    }
    WorkerId register_worker()
    {
        RegisterWorker request;
        request.name = "other";
        request.host = "host";
        request.lease = options.lease;
        return db(std::move(request)).value();
    }

    // Turns the loop until a body has begun so often.
    void await_begun(const std::string& id, std::size_t times = 1)
    {
        turn_until(loop, [&] { return body.at(id)->inputs().size() >= times; });
    }

    std::vector<WorkflowTask> tasks;
    std::map<std::string, std::shared_ptr<ScriptedBody>> body;
    Micros task_timeout = std::chrono::seconds(10);
    BodyExecutor::Options limits;
    Registry registry;
    RunCache cache{std::size_t{1} << 20};
    BodyThreads threads{200};
    CallbackThread callbacks;
    std::optional<BodyExecutor> bodies;
};

} // namespace sluice::testing
