// SPDX-License-Identifier: Apache-2.0
// The calls of programs.
#include "base/text.h"
#include "model/workflow/context_check.h"
#include "workflows/host_impl.h"
#include "workflows/submission.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

template <class T>
PendingPtr<T> refused(CallError error)
{
    auto pending = std::make_shared<Pending<T>>();
    pending->answer(std::move(error));
    return pending;
}

} // namespace

template <class T>
PendingPtr<T> HostImpl::ask(OnLife<T> work) const
{
    if (std::optional<CallError> error = calls_->refusal())
        return refused<T>(*std::move(error));
    return calls_->ask<T>([life = on_loop_, work = std::move(work)] { return work(*life); });
}

// A schedule that is added may be of a workflow that was registered just before.
Async<void> HostImpl::perform_on(HostLife& life, LoopWork work)
{
    co_await life.declare_all();
    co_await work(life.cron(), life.triggers());
}

void HostImpl::perform(LoopWork work, Refused refused)
{
    if (const std::optional<CallError> error = calls_->refusal())
        return refused(*error);
    calls_->call(
        [life = on_loop_, work = std::move(work)] { return perform_on(*life, work); },
        std::move(refused)
    );
}

CallResult<void> HostImpl::add(RegisteredWorkflow workflow)
{
    if (std::optional<CallError> error = calls_->refusal())
        return *std::move(error);
    const WorkflowDefinition& definition = workflow->definition;
    if (workflow->bodies.size() != definition.tasks.size())
        return CallError{
            .text = fmt::format(
                "workflow '{}' has {} tasks and {} bodies", definition.name.workflow,
                definition.tasks.size(), workflow->bodies.size()
            )};
    const auto known = std::make_shared<KnownWorkflow>();
    known->workflow_namespace = definition.name.text();
    known->submission =
        std::make_shared<const SubmissionTemplate>(definition, options_.task_timeout);
    known->registration = std::move(workflow);
    registry_.add(known);
    calls_->call(
        [life = on_loop_, name = known->workflow_namespace] { return life->take_in(name); },
        [](const CallError&) {}
    );
    return {};
}

// What a program calls a workflow that need not be known here.
std::string HostImpl::namespace_of(const std::string& workflow) const
{
    if (const CallResult<KnownWorkflowPtr> known = registry_.find(workflow))
        return (*known)->workflow_namespace;
    const Result<WorkflowNamespace> full = parse_workflow_namespace(workflow);
    return full ? workflow : WorkflowNamespace{.workflow = workflow}.text();
}

PendingPtr<bool> HostImpl::add(RegisteredTrigger trigger)
{
    if (std::optional<CallError> error = calls_->refusal())
        return refused<bool>(*std::move(error));
    std::string target = trigger->workflow.empty() ? "" : namespace_of(trigger->workflow);
    return ask<bool>([trigger = std::move(trigger), target = std::move(target)](HostLife& life) {
        return life.add(trigger, target);
    });
}

// The text that the database keeps of a context.
CallResult<std::string> HostImpl::stored(std::string_view context, std::string_view whose) const
{
    ContextLimits limits;
    limits.bytes_max = options_.context_bytes_max;
    Result<std::string> text = context_to_store(context, whose, limits);
    if (!text)
        return to_call_error(std::move(text).error());
    return *std::move(text);
}

PendingPtr<FollowedRunPtr>
HostImpl::submit(std::string_view name, std::string context, OnStatus on_status)
{
    if (std::optional<CallError> error = calls_->refusal())
        return refused<FollowedRunPtr>(*std::move(error));
    const CallResult<KnownWorkflowPtr> workflow = registry_.find(name);
    if (!workflow)
        return refused<FollowedRunPtr>(workflow.error());
    CallResult<std::string> text =
        stored(context, fmt::format("the initial context of workflow '{}'", name));
    if (!text)
        return refused<FollowedRunPtr>(text.error());
    const auto submission = std::make_shared<HostLife::Submission>();
    submission->workflow = *workflow;
    submission->context = *std::move(text);
    submission->on_status = std::move(on_status);
    return ask<FollowedRunPtr>([submission](HostLife& life) { return life.make_run(submission); });
}

PendingPtr<FollowedRunPtr> HostImpl::fire_trigger(std::string name, std::string context)
{
    CallResult<std::string> text =
        stored(context, fmt::format("the context of trigger '{}'", printable(name)));
    if (!text)
        return refused<FollowedRunPtr>(text.error());
    return ask<FollowedRunPtr>([name = std::move(name), text = *std::move(text)](HostLife& life) {
        return life.fire(name, text);
    });
}

PendingPtr<std::vector<RunLine>> HostImpl::list_runs(std::string workflow, RunReads::Query query)
{
    if (std::optional<CallError> error = calls_->refusal())
        return refused<std::vector<RunLine>>(*std::move(error));
    if (!workflow.empty()) {
        const CallResult<KnownWorkflowPtr> known = registry_.find(workflow);
        const bool may_be_elsewhere = parse_workflow_namespace(workflow).has_value();
        if (!known && !may_be_elsewhere)
            return refused<std::vector<RunLine>>(known.error());
        query.workflow = known ? (*known)->workflow_namespace : std::move(workflow);
    }
    return ask<std::vector<RunLine>>([query = std::move(query)](HostLife& life) {
        return life.list_runs(query);
    });
}

PendingPtr<FollowedRunPtr> HostImpl::attach(std::string_view run_id)
{
    return ask<FollowedRunPtr>([id = std::string(run_id)](HostLife& life) {
        return life.attach(id);
    });
}

PendingPtr<FollowedRunPtr> HostImpl::retry_from(std::string_view run_id, std::string task)
{
    return ask<FollowedRunPtr>([id = std::string(run_id), task = std::move(task)](HostLife& life) {
        return life.retry_from(id, task);
    });
}

PendingPtr<bool> HostImpl::pause(std::string_view run_id)
{
    return ask<bool>([id = std::string(run_id)](HostLife& life) { return life.pause(id); });
}

PendingPtr<bool> HostImpl::resume(std::string_view run_id)
{
    return ask<bool>([id = std::string(run_id)](HostLife& life) { return life.resume(id); });
}

PendingPtr<std::vector<std::string>> HostImpl::why(std::string_view run_id)
{
    return ask<std::vector<std::string>>([id = std::string(run_id)](HostLife& life) {
        return life.why(id);
    });
}

// When the loop is late, or has ended, what it has said last.
std::string HostImpl::metrics() const
{
    if (calls_->forked())
        return {};
    ask<bool>([](HostLife& life) { return life.measure(); })->wait_for(std::chrono::seconds(1));
    return meter_.text();
}

} // namespace sluice
