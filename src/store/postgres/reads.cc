// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/reads.h"

#include "base/process_id.h"
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>

namespace sluice::postgres {

namespace {

bool is_leased_or_paused(TaskState state)
{
    return is_leased(state) || state == TaskState::paused;
}

// The statement that reads the fewest rows for these states. A run that owes a sweep has canceled
// tasks which are still live rows, so "canceled" cannot be asked of `done` alone.
const Statement& statement_for(const std::vector<TaskState>& states)
{
    const auto are_all = [&](auto is) { return std::all_of(states.begin(), states.end(), is); };
    const auto is_ended = [](TaskState state) {
        return is_final(state) && state != TaskState::canceled;
    };
    if (states.empty())
        return sql::read_tasks;
    if (are_all(is_ended))
        return sql::read_tasks_done;
    if (are_all(is_leased_or_paused))
        return sql::read_tasks_leased_or_held;
    return sql::read_tasks;
}

// Of lines "<id> <process>".
std::vector<WorkerId> ended_of(std::string_view processes)
{
    std::vector<WorkerId> ended;
    while (!processes.empty()) {
        const std::string_view line = processes.substr(0, processes.find('\n'));
        processes.remove_prefix(std::min(line.size() + 1, processes.size()));
        WorkerId worker{};
        const char* const end = line.data() + line.size();
        const char* const space = std::from_chars(line.data(), end, worker.value).ptr;
        if (space != end && has_ended(line.substr(line.find(' ') + 1)))
            ended.push_back(worker);
    }
    return ended;
}

} // namespace

std::optional<Reads::Run> PostgresReads::run(RunId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::read_run, params).first(read_run_with_detail);
}

std::optional<RunRow> PostgresReads::run_row(RunId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::read_run_row, params).first(read_run);
}

std::optional<RunId> PostgresReads::run_named(std::string_view name)
{
    Params params;
    params.add(Text{"run.name", name});
    return connection_.query(sql::read_run_named, params).value<RunId>();
}

std::optional<Reads::KeyedRequest> PostgresReads::request(std::string_view key)
{
    Params params;
    params.add(Text{"idempotency key", key});
    return connection_.query(sql::read_request, params).first<KeyedRequest>([](Row& row) {
        KeyedRequest request;
        row.into(request.body_hash, request.run, request.created_at, request.is_published);
        return request;
    });
}

std::vector<Reads::Run> PostgresReads::runs(const RunFilter& filter)
{
    constexpr RunId newest{std::numeric_limits<std::int64_t>::max()};
    Params params;
    params.add(filter.before ? filter.before : newest).add(filter.kind).add(filter.state);
    params.add(Text{"name", filter.name_part}).add(limit_of(filter.limit));
    return connection_.query(sql::read_runs, params).all(read_run_with_detail);
}

std::vector<std::string> PostgresReads::run_names(std::size_t limit)
{
    Params params;
    params.add(limit_of(limit));
    return connection_.query(sql::read_run_names, params).column<std::string>();
}

std::optional<Reads::Task> PostgresReads::task(TaskId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::read_task, params).first(read_whole_task_now);
}

std::vector<Reads::Task> PostgresReads::tasks(const TaskFilter& filter)
{
    Params params;
    params.add(filter.after).add(filter.run);
    params.array(std::span<const TaskState>(filter.states), std::identity());
    params.add(limit_of(filter.limit));
    return connection_.query(statement_for(filter.states), params).all(read_whole_task_now);
}

std::vector<AttemptRow> PostgresReads::attempts(TaskId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::read_attempts, params).all(read_attempt);
}

std::vector<EventRow> PostgresReads::events(RunId run, TaskId task)
{
    Params params;
    params.add(run);
    if (!task)
        return connection_.query(sql::read_events_of_run, params).all(read_event);
    params.add(task);
    return connection_.query(sql::read_events, params).all(read_event);
}

std::vector<OutputRow> PostgresReads::outputs(RunId run, TaskId task)
{
    Params params;
    params.add(run);
    if (!task)
        return connection_.query(sql::read_outputs_of_run, params).all(read_output);
    params.add(task);
    return connection_.query(sql::read_outputs_of_task, params).all(read_output);
}

std::vector<LinkRow> PostgresReads::parents(const RunRow& run, TaskId child)
{
    const std::span<const TaskId> children(&child, 1);
    Params params;
    params.add(run.task_first).add(run.task_last).array(children, std::identity());
    return connection_.query(sql::links_to, params).all(read_link);
}

std::vector<LeaseRow> PostgresReads::leases_of(WorkerId worker)
{
    Params params;
    params.add(worker);
    return connection_.query(sql::read_leases_of_worker, params).all(read_lease);
}

std::optional<LeaseRow> PostgresReads::lease(TaskId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::read_lease, params).first(postgres::read_lease);
}

std::int64_t PostgresReads::retrying(const RunRow& run)
{
    Params params;
    params.add(run.task_first).add(run.task_last).add(run.id);
    return connection_.query(sql::count_retrying, params).value<std::int64_t>().value_or(0);
}

std::int64_t PostgresReads::ready_before(const Place& place, std::int64_t limit)
{
    Params params;
    params.add(place.queue).add(static_cast<std::int16_t>(place.nprio));
    params.add(place.task).add(limit);
    return connection_.query(sql::ready_before, params).value<std::int64_t>().value_or(0);
}

std::vector<WorkerRow> PostgresReads::workers()
{
    return connection_.query(sql::workers).all(read_worker);
}

std::vector<KeyRow> PostgresReads::keys()
{
    return connection_.query(sql::keys).all(read_key);
}

std::optional<KeyRow> PostgresReads::key_with_hash(std::string_view hash)
{
    Params params;
    params.add(Text{"key.hash", hash});
    return connection_.query(sql::key_with_hash, params).first(read_key);
}

std::optional<std::string> PostgresReads::setting(std::string_view name)
{
    Params params;
    params.add(Text{"setting.name", name});
    return connection_.query(sql::setting, params).value<std::string>();
}

Reads::Pulse PostgresReads::pulse(const Look& look)
{
    const auto read = [](Row& row) {
        Pulse pulse;
        std::vector<std::int64_t> queues, workers;
        row.into(pulse.timer_due, pulse.lease_expires, pulse.run_expires, pulse.worker_until);
        std::optional<std::string> processes;
        row.into(queues, workers, processes, pulse.has_sweep, pulse.has_loading);
        row.into(pulse.has_settlements, pulse.has_changed_rule, pulse.server_time);
        for (const std::int64_t queue : queues)
            pulse.queues_with_ready.push_back(QueueId{queue});
        for (const std::int64_t worker : workers)
            pulse.workers.push_back(WorkerId{worker});
        pulse.ended_workers = ended_of(processes.value_or(""));
        return pulse;
    };
    Params params;
    params.add(look.workers_after).add(look.at_ready);
    return connection_.query(sql::pulse, params).first<Pulse>(read).value_or(Pulse{});
}

} // namespace sluice::postgres
