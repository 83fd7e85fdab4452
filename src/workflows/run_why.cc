// SPDX-License-Identifier: Apache-2.0
// Why what is not final of a run does not run, in words.
#include "base/json.h"
#include "base/text.h"
#include "model/duration.h"
#include "model/workflow/task_namespace.h"
#include "store/store.h"
#include "workflows/report_rows.h"
#include "workflows/run_reads.h"
#include "workflows/workflow_reads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace sluice {

namespace {

constexpr std::size_t lines_max = 100;

std::string in(Micros time)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
    return format_duration(std::max(seconds, std::chrono::seconds(0)));
}

// What the processes on the database say of one queue.
struct Servers {
    std::size_t alive = 0;
    std::size_t full = 0;
    std::int64_t overdue = 0;
    const WorkerRow* last = nullptr; // that served it, of those that do not live
};

Servers servers_of(const std::vector<WorkerRow>& workers, const std::string& queue, Time now)
{
    Servers servers;
    for (const WorkerRow& worker : workers) {
        if (!serves(worker, queue))
            continue;
        if (worker.until < now) {
            if (!servers.last || servers.last->until < worker.until)
                servers.last = &worker;
            continue;
        }
        ++servers.alive;
        const Result<Json> load = parse_json(worker.load.empty() ? "{}" : worker.load);
        if (!load || !load->is_object())
            continue;
        if (load->value("places", 1) <= load->value("taken", 0))
            ++servers.full;
        servers.overdue += load->value("overdue", 0);
    }
    return servers;
}

std::string no_server(const std::string& workflow, const Servers& servers)
{
    std::string text = fmt::format("no live process serves workflow '{}'", workflow);
    if (servers.last)
        text += fmt::format(
            " (last seen: {} until {})", printable(servers.last->name),
            format_time(servers.last->until)
        );
    return text;
}

std::string ready_task(const Reads::Task& task, const Servers& servers, Time now)
{
    const Place& place = *task.place;
    if (place.run_at && *place.run_at > now)
        return fmt::format(
            "attempt {} of task '{}' begins in {}", place.attempt + 1, task.row.name,
            in(*place.run_at - now)
        );
    std::string text = fmt::format("task '{}' is ready", task.row.name);
    if (servers.alive == 0 || servers.full < servers.alive)
        return text;
    text += fmt::format(
        ": every slot of the {} process(es) that serve the workflow is taken", servers.alive
    );
    if (servers.overdue > 0)
        text += fmt::format(", {} of them by bodies whose time has run out", servers.overdue);
    return text;
}

std::string leased_task(const Reads::Task& task, Time now)
{
    const LeaseRow& lease = *task.lease;
    std::string text = fmt::format(
        "task '{}' runs: attempt {} on {} ({}) since {}", task.row.name, lease.place.attempt,
        printable(task.worker_name), printable(task.worker_host), in(now - lease.claimed_at)
    );
    if (lease.deferred_left)
        text += "; it waits without a slot";
    else if (lease.expires_at)
        text += fmt::format("; its timeout ends it in {}", in(*lease.expires_at - now));
    return text;
}

// Names of the parents that a task still waits for, with how they stand.
std::string waiting_task(const Reads::Task& task, const std::map<TaskId, const Reads::Task*>& live)
{
    std::vector<std::string> waits;
    const Result<TaskParents> parents = parse_parents(task.row.parents);
    const auto add = [&](const std::vector<TaskId>& list) {
        for (const TaskId parent : list)
            if (const auto found = live.find(parent); found != live.end())
                waits.push_back(fmt::format("'{}'", found->second->row.name));
    };
    if (parents) {
        add(parents->dependencies);
        add(parents->named);
    }
    return fmt::format("task '{}' waits for {}", task.row.name, fmt::join(waits, ", "));
}

struct Facts {
    std::optional<ExecutionReads::Execution> execution;
    std::vector<Reads::Task> tasks; // that are not final, a page of them
    std::vector<WorkerRow> workers;
};

Facts facts_of(Reads& reads, RunId run)
{
    Facts facts;
    facts.execution = reads.executions().execution(run);
    if (!facts.execution || is_final(facts.execution->run.row.state))
        return facts;
    facts.tasks = reads.executions().tasks({run, {}, 1000});
    std::erase_if(facts.tasks, [](const Reads::Task& task) { return is_final(task.state); });
    facts.workers = reads.executions().servers();
    return facts;
}

std::vector<std::string> lines_of(const Facts& facts, Time now)
{
    std::vector<std::string> lines;
    const std::string& workflow = facts.execution->workflow.workflow_namespace;
    const Result<WorkflowNamespace> parsed = parse_workflow_namespace(workflow);
    const Servers servers =
        servers_of(facts.workers, parsed ? workflow_queue(*parsed) : std::string(), now);
    if (status_of(facts.execution->run) == RunStatus::paused)
        lines.push_back("the run is paused");
    if (servers.alive == 0)
        lines.push_back(no_server(workflow, servers));

    std::map<TaskId, const Reads::Task*> live;
    for (const Reads::Task& task : facts.tasks)
        live.emplace(task.row.id, &task);
    // What runs first, then what could, then what waits for these.
    const auto rank = [](const Reads::Task& task) {
        return task.lease ? 0 : task.state == TaskState::waiting ? 2 : 1;
    };
    for (int wanted = 0; wanted < 3; ++wanted)
        for (const Reads::Task& task : facts.tasks) {
            if (rank(task) != wanted || lines.size() >= lines_max)
                continue;
            if (task.state == TaskState::paused)
                lines.push_back(fmt::format("task '{}' is paused", task.row.name));
            else if (task.lease)
                lines.push_back(leased_task(task, now));
            else if (task.state == TaskState::waiting)
                lines.push_back(waiting_task(task, live));
            else if (task.place)
                lines.push_back(ready_task(task, servers, now));
        }
    return lines;
}

} // namespace

Async<Result<std::vector<std::string>>> RunReads::why(RunId run)
{
    const auto look = [run](Reads& reads) { return facts_of(reads, run); };
    const Result<Facts> facts = co_await store_.read(look);
    if (!facts)
        co_return facts.error();
    if (!facts->execution)
        co_return Error{Errc::not_found, "no such run"};
    if (is_final(facts->execution->run.row.state))
        co_return std::vector<std::string>{};
    co_return lines_of(*facts, store_.clock().now());
}

} // namespace sluice
