// SPDX-License-Identifier: Apache-2.0
// What a Host does with workflows and their runs, on the loop.
#include "async/signal.h"
#include "base/text.h"
#include "base/uid.h"
#include "engine/submit.h"
#include "workflows/context_hash.h"
#include "workflows/host_life.h"
#include "workflows/run_actions.h"
#include "workflows/submission.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

constexpr auto declare_pause = std::chrono::seconds(1);

} // namespace

void HostLife::serve()
{
    if (!dispatcher_)
        return;
    dispatcher_->serve(needs_.registry.queues());
    describe();
}

Async<void> HostLife::take_in(std::string workflow_namespace)
{
    serve();
    for (;;) {
        const Result<KnownWorkflowPtr> declared = co_await declare(workflow_namespace);
        if (declared)
            co_return;
        log_.warn("declare workflow '{}': {}", workflow_namespace, declared.error().detail);
        if (!is_retryable(declared.error().code))
            co_return;
        co_await sleep_for(declare_pause);
    }
}

// Declarations are written in the order in which they are made here, so the last one that was
// registered is the current version.
Async<Result<KnownWorkflowPtr>> HostLife::declare(std::string workflow_namespace)
{
    const KnownWorkflowPtr known = needs_.registry.of_namespace(workflow_namespace);
    if (known->id)
        co_return known;
    const WorkflowRegistration& registration = *known->registration;
    DeclareWorkflows request;
    request.workflows.push_back(
        {known->workflow_namespace, registration.version,
         definition_json(registration.definition).dump()}
    );
    const Result<DeclareWorkflows::Reply> reply =
        co_await store_->declare_workflows(std::move(request));
    if (!reply)
        co_return reply.error();
    const DeclareWorkflows::Declared& declared = reply->front();
    if (!declared.version_before.empty())
        log_.info(
            "workflow '{}' changed: {} -> {}", known->workflow_namespace, declared.version_before,
            registration.version
        );
    const auto with_id = std::make_shared<KnownWorkflow>(*known);
    with_id->id = declared.row.id;
    needs_.registry.declared(with_id);
    co_return KnownWorkflowPtr(with_id);
}

Async<Result<std::string>> HostLife::find_namespace(std::string name)
{
    const CallResult<KnownWorkflowPtr> known = needs_.registry.find(name);
    if (!known)
        co_return std::string();
    const Result<KnownWorkflowPtr> declared = co_await declare((*known)->workflow_namespace);
    if (!declared)
        co_return declared.error();
    co_return (*declared)->workflow_namespace;
}

Async<void> HostLife::declare_all()
{
    for (const KnownWorkflowPtr& known : needs_.registry.all()) {
        if (known->id)
            continue;
        const Result<KnownWorkflowPtr> declared = co_await declare(known->workflow_namespace);
        if (!declared)
            co_return;
    }
}

// The claim of its first tasks joins the write group.
Async<Result<Submitted>> HostLife::submit(Submit request)
{
    if (dispatcher_)
        dispatcher_->expect();
    co_return co_await store_->submit(std::move(request));
}

Async<Result<FollowedRunPtr>> HostLife::make_run(std::shared_ptr<const Submission> submission)
{
    KnownWorkflowPtr workflow = submission->workflow;
    if (!workflow->id) {
        const Result<KnownWorkflowPtr> declared = co_await declare(workflow->workflow_namespace);
        if (!declared)
            co_return declared.error();
        workflow = *declared;
    }
    const SubmissionTemplate& made_of = *workflow->submission;
    Submit request = made_of.make(workflow->id, submission->context, needs_.options.run_timeout);
    request.fire = submission->fire;
    Result<Submitted> submitted = Error{};
    if (made_of.is_large())
        submitted = co_await sluice::submit(*store_, std::move(request));
    else
        submitted = co_await submit(std::move(request));
    if (!submitted)
        co_return submitted.error();
    needs_.meter.submitted();
    cache_.keep_created_at(submitted->run, submitted->created_at);
    cache_.keep_initial_context(
        submitted->run, std::make_shared<const std::string>(submission->context)
    );
    OwnRun run{workflow, submitted->run, submitted->created_at, std::move(submitted->tasks)};
    co_return followed_->made(std::move(run), submission->on_status);
}

namespace {

struct Found {
    RunId run;
    std::string id; // in its usual spelling
};

Result<Found> find_run(Store& store, const std::string& id)
{
    const RunReads reads(store);
    const Result<RunId> run = reads.find(id);
    if (!run)
        return run.error();
    return Found{*run, format_uid(*parse_uid(id))};
}

} // namespace

Async<Result<FollowedRunPtr>> HostLife::attach(std::string id)
{
    Result<Found> found = find_run(*store_, id);
    if (!found)
        co_return found.error();
    co_return co_await followed_->attach(found->run, std::move(found->id));
}

Async<Result<FollowedRunPtr>> HostLife::retry_from(std::string id, std::string task)
{
    Result<Found> found = find_run(*store_, id);
    if (!found)
        co_return found.error();
    RunActions actions(*store_, actor_);
    const Result<void> done =
        co_await actions.retry_from(found->run, std::move(task), needs_.options.run_timeout);
    if (!done)
        co_return done.error();
    co_return followed_->revived(found->run, std::move(found->id));
}

Async<Result<bool>> HostLife::pause(std::string id)
{
    const Result<Found> found = find_run(*store_, id);
    if (!found)
        co_return found.error();
    RunActions actions(*store_, actor_);
    const Result<void> done = co_await actions.pause(found->run);
    if (!done)
        co_return done.error();
    co_await followed_->look_at(found->run);
    co_return true;
}

Async<Result<bool>> HostLife::resume(std::string id)
{
    const Result<Found> found = find_run(*store_, id);
    if (!found)
        co_return found.error();
    RunActions actions(*store_, actor_);
    const Result<void> done = co_await actions.resume(found->run);
    if (!done)
        co_return done.error();
    co_await followed_->look_at(found->run);
    co_return true;
}

Async<Result<std::vector<std::string>>> HostLife::why(std::string id)
{
    const Result<Found> found = find_run(*store_, id);
    if (!found)
        co_return found.error();
    RunReads reads(*store_);
    co_return co_await reads.why(found->run);
}

Async<Result<std::vector<RunLine>>> HostLife::list_runs(RunReads::Query query)
{
    RunReads reads(*store_);
    co_return co_await reads.list(std::move(query));
}

Async<Result<FollowedRunPtr>> HostLife::fire(std::string trigger, std::string context)
{
    const Result<std::optional<TriggerView>> found = co_await triggers_->get(trigger);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Error{Errc::not_found, fmt::format("no trigger '{}'", printable(trigger))};
    const TriggerView& view = **found;
    if (view.workflow.empty())
        co_return Error{Errc::invalid, fmt::format("trigger '{}' starts no workflow", view.name)};
    const CallResult<KnownWorkflowPtr> workflow = needs_.registry.find(view.workflow);
    if (!workflow)
        co_return co_await fire_stored(std::move(trigger), std::move(context));
    const std::optional<Uid> uid = parse_uid(view.id);
    const std::optional<std::int64_t> key =
        uid ? store_->key(UidKind::schedule, *uid) : std::nullopt;
    if (!key)
        co_return Error{Errc::corrupt, fmt::format("trigger '{}' has no id", view.name)};

    const auto submission = std::make_shared<Submission>();
    submission->workflow = *workflow;
    TriggerFire fire;
    fire.schedule = ScheduleId{*key};
    fire.context_hash = context_hash(context);
    fire.may_be_active = view.allow_concurrent;
    submission->fire = std::move(fire);
    submission->context = std::move(context);
    co_return co_await make_run(submission);
}

// Of a workflow that this process does not know.
Async<Result<FollowedRunPtr>> HostLife::fire_stored(std::string trigger, std::string context)
{
    Result<StoredSchedule> stored = co_await triggers_->find(std::move(trigger));
    if (!stored)
        co_return stored.error();
    const Result<Submitted> submitted =
        co_await schedule_work_->fire(std::move(*stored), std::move(context));
    if (!submitted)
        co_return submitted.error();
    needs_.meter.submitted();
    const Uid uid = store_->uid(UidKind::run, submitted->created_at, submitted->run.value);
    co_return co_await followed_->attach(submitted->run, format_uid(uid));
}

// Asked from here on, if this Host asks triggers.
Async<Result<bool>> HostLife::add(RegisteredTrigger trigger, std::string workflow_namespace)
{
    co_await declare_all();
    const Result<bool> added = co_await triggers_->add(trigger, std::move(workflow_namespace));
    if (added)
        schedule_work_->add(std::move(trigger));
    co_return added;
}

} // namespace sluice
