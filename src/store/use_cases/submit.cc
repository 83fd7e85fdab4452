// SPDX-License-Identifier: Apache-2.0
// submit: run, tasks, links and places in one transaction. A submission that fails does so alone.
#include "store/cluster_tables.h"
#include "store/execution_tables.h"
#include "store/outside_tables.h"
#include "store/service_tables.h"
#include "store/use_cases/context.h"

#include "base/assert.h"
#include "store/use_cases/cluster_jobs.h"
#include "store/use_cases/dedupe.h"
#include "store/use_cases/new_run.h"
#include "store/use_cases/outside.h"
#include "store/use_cases/tick_submits.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace sluice {

namespace {

// The rows of all submissions of a group, inserted set by set.
struct SubmitRows {
    std::vector<RunRow> runs;
    std::vector<RunDetail> details;
    std::vector<ExecutionRow> executions;
    std::vector<ClusterJobRow> cluster_jobs;
    RetryTexts retries;
    std::vector<TaskRow> tasks;
    std::vector<CardRow> cards;
    std::vector<NeedRow> needs;
    std::vector<LinkRow> links;
    std::vector<OutsideLink> outside;
    std::vector<Place> places;
    std::vector<Tables::Request> requests;
    std::vector<EventRow> events;
};

// Parents in other runs: who has ended already is settled at the end of the group.
void add_outside_links(
    WriteContext& context, const Submit& request, const Submitted& reply, SubmitRows& rows
)
{
    if (request.outside.empty())
        return;
    const std::map<TaskId, TaskState> ended = ended_parents(context, request.outside);
    for (const Submit::OutsideLink& outside : request.outside) {
        const LinkRow link{
            outside.parent, reply.tasks[outside.child], outside.condition, outside.unmet};
        RunRow& run = context.runs.at(outside.parent_run);
        const auto outcome = ended.find(outside.parent);
        if (outcome != ended.end()) {
            context.settlements.push_back({link, reply.run, outcome->second, run.created_at});
        } else {
            rows.outside.push_back({link, reply.run});
            run.leads_outside = true;
        }
    }
}

// How many parents each task waits for; empty: none waits.
std::vector<std::uint32_t> all_parent_counts(const Submit& request)
{
    if (request.links.empty() && request.outside.empty())
        return {};
    std::vector<std::uint32_t> counts = parent_counts(request.tasks.size(), request.links);
    for (const Submit::OutsideLink& outside : request.outside)
        ++counts[outside.child];
    return counts;
}

// The queue of each new task, and where it stands: waiting for parents or pending.
void add_tasks(
    WriteContext& context, const Submit& request, const Submitted& reply, SubmitRows& rows
)
{
    std::vector<QueueId> queues;
    for (const std::string& name : request.run.queues)
        queues.push_back(context.board.shared(context.tables, name));
    const std::vector<std::uint32_t> parents = all_parent_counts(request);

    for (std::size_t i = 0; i < request.tasks.size(); ++i) {
        const NewTask& task = request.tasks[i];
        std::optional<std::string> gates = gates_of(context, task);
        const QueueId queue = context.board.beside(context.tables, queues.at(task.queue), !!gates);
        const Standing standing{reply.tasks[i], reply.run, queue};
        const std::uint32_t waits_for = parents.empty() ? 0 : parents[i];
        if (waits_for > 0)
            rows.needs.push_back(need_of(standing, task, waits_for));
        else
            rows.places.push_back(place_of(standing, task));
        rows.tasks.push_back(task_row(standing, task, {{}, reply.tasks}, rows.retries));
        add_card(standing, task, std::move(gates), rows.cards);
    }
    for (const GraphLink& link : request.links)
        rows.links.push_back(
            {reply.tasks[link.parent], reply.tasks[link.child], link.condition, link.unmet}
        );
}

void add_run(WriteContext& context, const Submit& request, const Submitted& reply, SubmitRows& rows)
{
    RunRow run;
    run.id = reply.run;
    run.kind = request.run.kind;
    run.linked = !request.links.empty();
    run.counts.total = static_cast<std::int64_t>(request.tasks.size());
    run.created_at = context.now;
    run.state = reply.state;
    if (is_final(run.state))
        run.finished_at = context.now;
    else if (request.run.timeout)
        run.expires_at = context.now + *request.run.timeout;
    if (!reply.tasks.empty()) {
        run.task_first = reply.tasks.front();
        run.task_last = reply.tasks.back();
    }
    context.changes.due(run.expires_at);
    if (run.kind != RunKind::execution)
        rows.events.push_back(submit_event(context, run, request.run.actor));
    rows.runs.push_back(run);
    if (std::optional<RunDetail> detail = detail_of(reply.run, request.run))
        rows.details.push_back(std::move(*detail));
    if (std::optional<ExecutionRow> execution = execution_of(reply.run, request.run))
        rows.executions.push_back(std::move(*execution));
    if (std::optional<ClusterJobRow> job = cluster_job_of(reply.run, request.run))
        rows.cluster_jobs.push_back(std::move(*job));
    if (!request.run.request_key.empty())
        rows.requests.push_back(
            {request.run.request_key, request.run.body_hash, reply.run, context.now}
        );
}

void insert(WriteContext& context, SubmitRows rows)
{
    context.tables.insert_runs(rows.runs);
    context.runs.add(rows.runs); // nobody else can see them yet
    for (const RunRow& run : rows.runs)
        if (is_final(run.state))
            context.tell_end(run);
    if (!rows.details.empty())
        context.tables.insert_run_details(rows.details);
    if (!rows.executions.empty())
        context.tables.executions().insert_executions(rows.executions);
    if (!rows.cluster_jobs.empty())
        context.tables.cluster().insert_jobs(rows.cluster_jobs);
    context.changes.cluster_jobs |= !rows.cluster_jobs.empty();
    context.tables.insert_tasks(rows.tasks);
    if (!rows.cards.empty())
        context.tables.service().insert_cards(rows.cards);
    record_uses(context, rows.cards);
    if (!rows.needs.empty())
        context.tables.insert_needs(rows.needs);
    context.moved_all(rows.needs, std::nullopt, TaskState::waiting);
    if (!rows.links.empty())
        context.tables.insert_links(rows.links);
    if (!rows.outside.empty())
        context.tables.outside().insert_outside_links(rows.outside);
    for (const Tables::Request& request : rows.requests)
        context.tables.insert_request(request);
    if (!rows.events.empty())
        context.tables.insert_events(rows.events);
    context.make_pending(std::move(rows.places), std::nullopt);
}

// A submission without the tasks that exist already.
struct Accepted {
    Operation<Submit>* operation = nullptr;
    std::optional<Submit> reduced; // none: all of it
    std::optional<std::vector<std::uint32_t>> created;
    std::optional<TickRow> tick; // that has asked for it

    const Submit& request() const { return reduced ? *reduced : operation->request; }
};

bool locks(WriteContext& context, const std::vector<RunId>& runs)
{
    context.lock_runs(runs);
    return std::ranges::all_of(runs, [&](RunId run) { return context.runs.find(run); });
}

// Every task of the submission exists already.
void answer_nothing(
    WriteContext& context, Operation<Submit>& operation,
    std::optional<std::vector<std::uint32_t>> created
)
{
    if (std::optional<TickRow> tick = begin_tick(context, operation.request))
        end_tick(context, operation.request, std::move(*tick), RunId{});
    Submitted nothing;
    nothing.state = RunState::succeeded;
    nothing.created = std::move(created);
    operation.answer(std::move(nothing));
}

void accept(WriteContext& context, Operations<Submit> operations, std::deque<Accepted>& accepted)
{
    NewNames names(context);
    Deduplication deduplication(context);
    for (Operation<Submit>* operation : operations) {
        if (const auto error = tick_refusal(context, operation->request)) {
            operation->fail(*error);
            continue;
        }
        if (!names.accept(*operation, operation->request.run))
            continue;
        Deduplication::Left left = deduplication.reduce(operation->request);
        if (left.is_early || !locks(context, left.runs)) {
            operation->deferred = true;
            operation->found_runs = std::move(left.runs);
            continue;
        }
        Accepted one{operation, std::move(left.request), {}, {}};
        if (one.reduced)
            one.created = std::move(left.created);
        if (one.reduced && one.reduced->tasks.empty() && one.reduced->run.request_key.empty()) {
            answer_nothing(context, *operation, std::move(one.created));
            continue;
        }
        if (const auto missing = missing_rule(context, one.request().tasks)) {
            operation->fail(*missing);
            continue;
        }
        one.tick = begin_tick(context, operation->request);
        deduplication.created(one.request());
        accepted.push_back(std::move(one));
    }
}

// Consecutive parts of a list of ids.
std::vector<TaskId>
take_ids(const std::vector<std::int64_t>& ids, std::size_t& used, std::size_t count)
{
    std::vector<TaskId> taken;
    taken.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        taken.push_back(TaskId{ids[used++]});
    return taken;
}

} // namespace

void run(WriteContext& context, Operations<Submit> operations)
{
    std::deque<Accepted> accepted;
    std::size_t task_count = 0;
    accept(context, operations, accepted);
    for (const Accepted& one : accepted)
        task_count += one.request().tasks.size();
    if (accepted.empty())
        return;

    const std::vector<std::int64_t> run_ids =
        context.tables.next_ids(Tables::Sequence::run, accepted.size());
    const std::vector<std::int64_t> task_ids =
        context.tables.next_ids(Tables::Sequence::task, task_count);
    SubmitRows rows;
    rows.tasks.reserve(task_count);
    rows.places.reserve(task_count);
    std::size_t used = 0;
    for (std::size_t i = 0; i < accepted.size(); ++i) {
        const Submit& request = accepted[i].request();
        Submitted reply;
        reply.created = std::move(accepted[i].created);
        reply.run = RunId{run_ids[i]};
        reply.created_at = context.now;
        reply.tasks = take_ids(task_ids, used, request.tasks.size());
        reply.state = request.tasks.empty() ? RunState::succeeded : RunState::active;
        add_run(context, request, reply, rows);
        add_tasks(context, request, reply, rows);
        add_outside_links(context, request, reply, rows);
        if (is_final(reply.state))
            context.changes.final_runs.push_back(reply.run);
        if (std::optional<TickRow>& tick = accepted[i].tick)
            end_tick(context, accepted[i].operation->request, std::move(*tick), reply.run);
        accepted[i].operation->answer(std::move(reply));
    }
    insert(context, std::move(rows));
}

} // namespace sluice
