// SPDX-License-Identifier: Apache-2.0
// Hosts of tests, and workflows whose bodies are functions.
#pragma once

#include "model/workflow/definition_testing.h"
#include "store/contract/contract.h"
#include "workflows/body_attempt.h"
#include "workflows/host.h"

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testing {

// Opened once; who waits at it before goes on then.
class Barrier {
public:
    void open() { opened_.set_value(); }
    void wait() const
    {
        if (open_.wait_for(std::chrono::seconds(60)) != std::future_status::ready)
            throw std::logic_error("nobody opens the barrier");
    }

private:
    std::promise<void> opened_;
    std::shared_future<void> open_ = opened_.get_future().share();
};

class FunctionBody final : public TaskBody {
public:
    using Function = std::function<BodyEnd(BodyAttempt&)>;

    explicit FunctionBody(Function function) : function_(std::move(function)) {}

    void begin(std::shared_ptr<BodyAttempt> attempt) override { attempt->end(function_(*attempt)); }
    void timed_out(const BodyFacts&, const std::string&) override {}

private:
    Function function_;
};

// A task whose body gives this.
inline FunctionBody::Function gives(std::string output)
{
    return [output = std::move(output)](BodyAttempt&) { return BodyEnd{.output = output}; };
}

inline FunctionBody::Function fails(std::string error)
{
    return [error = std::move(error)](BodyAttempt&) {
        return BodyEnd{.kind = BodyEnd::Kind::failed, .error = error};
    };
}

struct TaskWithBody {
    WorkflowTask task;
    FunctionBody::Function body;
};

inline TaskWithBody
task_with(std::string id, std::vector<std::string> dependencies, FunctionBody::Function body)
{
    TaskWithBody made{task(std::move(id), std::move(dependencies)), std::move(body)};
    made.task.retry.tries_max = 1;
    return made;
}

inline RegisteredWorkflow registered(
    std::string name, std::vector<TaskWithBody> tasks, std::string version = "00000000000000aa"
)
{
    const auto registration = std::make_shared<WorkflowRegistration>();
    registration->definition.name.workflow = std::move(name);
    registration->version = std::move(version);
    for (TaskWithBody& each : tasks) {
        registration->definition.tasks.push_back(std::move(each.task));
        registration->bodies.push_back(std::make_shared<FunctionBody>(std::move(each.body)));
    }
    return registration;
}

template <class T>
CallResult<T> answer_of(const PendingPtr<T>& pending)
{
    if (!pending->wait_for(std::chrono::seconds(60)))
        throw std::logic_error("nobody answers");
    return pending->get();
}

class HostTest : public ::testing::TestWithParam<Dialect> {
protected:
    HostOptions options() const
    {
        HostOptions options;
        options.url = database->url();
        return options;
    }

    static std::shared_ptr<Host> open(HostOptions options)
    {
        CallResult<std::shared_ptr<Host>> host = Host::open(std::move(options));
        if (!host)
            throw std::runtime_error(host.error().text);
        return *host;
    }
    std::shared_ptr<Host> open() const { return open(options()); }

    static FollowedRunPtr begin(Host& host, const std::string& name, std::string context = {})
    {
        return answer_of(host.submit(name, std::move(context))).value();
    }
    static SharedReport execute(Host& host, const std::string& name, std::string context = {})
    {
        return answer_of(begin(host, name, std::move(context))->end()).value();
    }

    std::unique_ptr<TestDatabase> database = make_database(GetParam());
};

} // namespace sluice::testing
