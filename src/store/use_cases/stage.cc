// SPDX-License-Identifier: Apache-2.0
// Staging: a large submission is written in pieces, each a group of its own, into queues that
// belong to the run and are closed. Nobody sees any of it until publish opens the queues, which is
// one short transaction whatever the size. A loader extends the run's expires_at with every piece;
// when it dies, Sweep removes what it left.
#include "store/cluster_tables.h"
#include "store/execution_tables.h"
#include "store/service_tables.h"
#include "store/use_cases/context.h"

#include "store/use_cases/cluster_jobs.h"
#include "store/use_cases/new_run.h"

namespace sluice {

namespace {

constexpr Micros loader_lease = std::chrono::seconds(60);

Error not_loading()
{
    return {Errc::not_found, "the submission is not being loaded any more"};
}

template <class Request>
RunRow* loading_run(WriteContext& context, Operation<Request>& operation)
{
    RunRow& run = context.runs.at(operation.request.run);
    if (run.state != RunState::loading || run.ending != RunEnding::none) {
        operation.fail(not_loading());
        return nullptr;
    }
    run.expires_at = context.now + loader_lease;
    context.runs.changed(run.id);
    return &run;
}

// The queue names of a staged run are kept by its own queues, in the order of their ids.
std::vector<QueueId> queues_of(WriteContext& context, RunId run)
{
    std::vector<QueueId> ids;
    for (const QueueRow& row : context.tables.queues())
        if (row.run == run && !row.ruled)
            ids.push_back(row.id);
    std::sort(ids.begin(), ids.end());
    return ids;
}

void extend_range(RunRow& run, const std::vector<TaskId>& ids)
{
    if (!run.task_first)
        run.task_first = ids.front();
    run.task_last = std::max(run.task_last, ids.back());
    run.counts.total += static_cast<std::int64_t>(ids.size());
}

void add_tasks(WriteContext& context, Operation<StageTasks>& operation, RunRow& run)
{
    const StageTasks& request = operation.request;
    std::vector<TaskId> ids;
    for (const std::int64_t id :
         context.tables.next_ids(Tables::Sequence::task, request.tasks.size()))
        ids.push_back(TaskId{id});
    const std::vector<QueueId> queues = queues_of(context, run.id);

    PlacedTasks all;
    all.tasks = ids;
    if (request.before)
        all.before = *request.before;

    RetryTexts retries;
    std::vector<TaskRow> tasks;
    std::vector<CardRow> cards;
    std::vector<NeedRow> needs;
    std::vector<Place> places;
    for (std::size_t i = 0; i < request.tasks.size(); ++i) {
        const NewTask& task = request.tasks[i];
        std::optional<std::string> gates = gates_of(context, task);
        const QueueId queue = context.board.beside(context.tables, queues.at(task.queue), !!gates);
        const Standing standing{ids[i], run.id, queue};
        const std::uint32_t parents = request.parents.empty() ? 0 : request.parents[i];
        if (parents > 0)
            needs.push_back(need_of(standing, task, parents));
        else
            places.push_back(place_of(standing, task));
        tasks.push_back(task_row(standing, task, all, retries));
        add_card(standing, task, std::move(gates), cards);
    }
    extend_range(run, ids);
    context.tables.insert_tasks(tasks);
    if (!cards.empty())
        context.tables.service().insert_cards(cards);
    record_uses(context, cards);
    if (!needs.empty())
        context.tables.insert_needs(needs);
    context.moved_all(needs, std::nullopt, TaskState::waiting);
    context.make_pending(std::move(places), std::nullopt);
    operation.answer(std::move(ids));
}

} // namespace

void run(WriteContext& context, Operations<StageRun> operations)
{
    NewNames names(context);
    for (Operation<StageRun>* operation : operations) {
        const NewRun& request = operation->request.run;
        if (!names.accept(*operation, request))
            continue;
        RunRow run;
        run.id = RunId{context.tables.next_ids(Tables::Sequence::run, 1).front()};
        run.kind = request.kind;
        run.state = RunState::loading;
        run.staged = true;
        run.created_at = context.now;
        run.expires_at = context.now + loader_lease;
        context.tables.insert_runs({&run, 1});
        if (const std::optional<RunDetail> detail = detail_of(run.id, request))
            context.tables.insert_run_details({&*detail, 1});
        if (const std::optional<ExecutionRow> execution = execution_of(run.id, request))
            context.tables.executions().insert_executions({&*execution, 1});
        if (const std::optional<ClusterJobRow> job = cluster_job_of(run.id, request))
            context.tables.cluster().insert_jobs({&*job, 1});
        if (!request.request_key.empty())
            context.tables.insert_request(
                {request.request_key, request.body_hash, run.id, context.now}
            );
        for (const std::string& queue : request.queues)
            context.board.own(context.tables, queue, run.id);
        Submitted reply;
        reply.run = run.id;
        reply.state = run.state;
        reply.created_at = context.now;
        operation->answer(std::move(reply));
    }
}

void run(WriteContext& context, Operations<StageTasks> operations)
{
    for (Operation<StageTasks>* operation : operations)
        if (RunRow* run = loading_run(context, *operation)) {
            if (operation->request.tasks.empty())
                operation->answer({});
            else if (const auto missing = missing_rule(context, operation->request.tasks))
                operation->fail(*missing);
            else
                add_tasks(context, *operation, *run);
        }
}

void run(WriteContext& context, Operations<StageLinks> operations)
{
    for (Operation<StageLinks>* operation : operations)
        if (RunRow* run = loading_run(context, *operation)) {
            run->linked = true;
            context.tables.insert_links(operation->request.links);
            operation->answer(true);
        }
}

void run(WriteContext& context, Operations<PublishRun> operations)
{
    for (Operation<PublishRun>* operation : operations)
        if (RunRow* run = loading_run(context, *operation)) {
            run->state = RunState::active;
            if (run->kind != RunKind::execution) {
                const EventRow event = submit_event(context, *run, operation->request.actor);
                context.tables.insert_events({&event, 1});
            }
            run->expires_at.reset();
            if (operation->request.timeout)
                run->expires_at = context.now + *operation->request.timeout;
            context.changes.due(run->expires_at);
            context.changes.cluster_jobs |= run->kind == RunKind::job; // it may be one
            context.board.set_open(context.tables, run->id, true);
            for (QueueBoard::Name& name : context.board.ready_names(context.tables))
                context.changes.ready_queues.push_back(std::move(name));
            Submitted reply;
            reply.run = run->id;
            reply.state = run->counts.total == 0 ? RunState::succeeded : RunState::active;
            reply.created_at = run->created_at;
            operation->answer(std::move(reply));
        }
}

} // namespace sluice
