// SPDX-License-Identifier: Apache-2.0
#include "batch/why.h"

#include "base/text.h"
#include "batch/job_rows.h"
#include "model/duration.h"
#include "store/cluster_reads.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::string in(Micros time)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
    return format_duration(std::max(seconds, std::chrono::seconds(0)));
}

// The last line says most: what came before is in the log.
std::string last_line(const std::string& text)
{
    const std::string_view trimmed = trim(text);
    const std::size_t newline = trimmed.rfind('\n');
    return printable(newline == std::string_view::npos ? trimmed : trimmed.substr(newline + 1));
}

std::string by(const std::vector<EventRow>& events, std::string_view kind)
{
    for (auto event = events.rbegin(); event != events.rend(); ++event)
        if (event->kind == kind && !event->actor.empty())
            return fmt::format(" by {}", printable(event->actor));
    return "";
}

struct Workers {
    std::int64_t alive = 0;
    std::int64_t busy = 0;
};

Workers workers(Reads& reads, Time now)
{
    Workers found;
    for (const WorkerRow& worker : reads.workers()) {
        if (worker.until < now && !worker.attached)
            continue;
        ++found.alive;
        if (!reads.leases_of(worker.id).empty())
            ++found.busy;
    }
    return found;
}

Why final_task(const TaskFacts& facts, Json data)
{
    const DoneRow* done = facts.task.done ? &*facts.task.done : nullptr;
    if (facts.task.state == TaskState::canceled || !done)
        return {"it was canceled" + by(facts.events, "cancel"), std::move(data)};
    if (facts.task.state == TaskState::succeeded)
        return {
            fmt::format("it is done, by attempt {} on {}", done->attempt, facts.task.worker_name),
            std::move(data)};
    data["error"] = done->error;
    return {
        fmt::format(
            "it has failed for good, in {} of {} tries: {}", done->tries,
            data["tries_max"].get<int>(), last_line(done->error)
        ),
        std::move(data)};
}

Why leased_task(const TaskFacts& facts, Json data, Time now)
{
    const LeaseRow& lease = *facts.task.lease;
    data["worker"] = facts.task.worker_name;
    data["host"] = facts.task.worker_host;
    data["since"] = format_time(lease.claimed_at);
    std::string text = fmt::format(
        "attempt {} runs on {} ({}) since {}", lease.place.attempt, facts.task.worker_name,
        facts.task.worker_host, in(now - lease.claimed_at)
    );
    if (facts.lease_until) {
        data["lease_until"] = format_time(*facts.lease_until);
        text += fmt::format(", whose lease ends in {}", in(*facts.lease_until - now));
    }
    if (lease.expires_at) {
        data["expires_at"] = format_time(*lease.expires_at);
        text += fmt::format(", datum_timeout ends it in {}", in(*lease.expires_at - now));
    }
    return {std::move(text), std::move(data)};
}

std::string before_it(std::int64_t before)
{
    if (before == 0)
        return "it is the next in its queue";
    if (before >= TaskFacts::before_max)
        return fmt::format("{} datums or more stand before it", before);
    return fmt::format("{} datums stand before it", before);
}

Why pending_task(const TaskFacts& facts, Json data, Time now)
{
    std::string text;
    const Place& place = *facts.task.place;
    if (!facts.attempts.empty()) {
        const AttemptRow& last = facts.attempts.back();
        data["last_attempt"] = name(last.end);
        data["error"] = last.error;
        text = fmt::format("attempt {} {}", last.attempt, name(last.end));
        text += last.error.empty() ? "; " : fmt::format(" ({}); ", last_line(last.error));
    }
    if (place.run_at && *place.run_at > now) {
        data["run_at"] = format_time(*place.run_at);
        text += fmt::format("it will be tried again in {}", in(*place.run_at - now));
        return {std::move(text), std::move(data)};
    }
    data["before"] = facts.before;
    data["workers"] = facts.workers;
    data["busy_workers"] = facts.busy;
    if (facts.workers == 0)
        text += "it waits for a worker, and none is registered";
    else if (facts.busy >= facts.workers)
        text += fmt::format("it waits for a worker, and all {} are busy", facts.workers);
    else
        text += fmt::format("it waits for a worker; {} of {} are busy", facts.busy, facts.workers);
    return {text + ": " + before_it(facts.before), std::move(data)};
}

// What the pods of a running job do, or why they do not.
std::string pods_text(const JobWhyFacts& facts, Time now)
{
    const ClusterView& cluster = *facts.cluster;
    if (!facts.cluster_trouble.empty())
        return "; Kubernetes cannot be reached: " + facts.cluster_trouble;
    if (!cluster.trouble.empty() && cluster.trouble_since)
        return fmt::format(
            "; its pods cannot work since {}: {}", in(now - *cluster.trouble_since), cluster.trouble
        );
    if (cluster.phase == "wanted")
        return fmt::format(
            "; its Kubernetes Job is still to be created in namespace '{}'", cluster.name_space
        );
    return fmt::format(
        "; {} of its pods run, {} wait to start", cluster.pods_running, cluster.pods_pending
    );
}

void add_cluster(Json& data, const JobWhyFacts& facts)
{
    const ClusterView& cluster = *facts.cluster;
    Json& json = data["kubernetes"];
    json["namespace"] = cluster.name_space;
    json["phase"] = cluster.phase;
    json["pods_pending"] = cluster.pods_pending;
    json["pods_running"] = cluster.pods_running;
    json["pods_failed"] = cluster.pods_failed;
    json["trouble"] = cluster.trouble;
    if (!facts.cluster_trouble.empty())
        json["unreachable"] = facts.cluster_trouble;
}

std::string counts_text(const Reads::Run& run)
{
    const RunCounts& counts = run.row.counts;
    return fmt::format(
        "{} of {} datums are done, {} failed, {} run", counts.succeeded, counts.total,
        counts.failed, run.leased
    );
}

} // namespace

std::optional<TaskFacts> task_facts(Reads& reads, TaskId id, Time now)
{
    std::optional<Reads::Task> task = reads.task(id);
    if (!task)
        return std::nullopt;
    std::optional<Reads::Run> run = reads.run(task->row.run);
    if (!run || run->row.kind != RunKind::job)
        return std::nullopt;
    TaskFacts facts;
    facts.run = std::move(*run);
    facts.task = std::move(*task);
    facts.attempts = reads.attempts(id);
    facts.events = reads.events(facts.run.row.id, id);
    if (facts.task.place && facts.task.state == TaskState::pending)
        facts.before = reads.ready_before(*facts.task.place, TaskFacts::before_max);
    const Workers found = workers(reads, now);
    facts.workers = found.alive;
    facts.busy = found.busy;
    if (facts.task.lease)
        for (const WorkerRow& worker : reads.workers())
            if (worker.id == facts.task.lease->worker)
                facts.lease_until = worker.until;
    return facts;
}

std::optional<JobWhyFacts> job_why_facts(Reads& reads, RunId id, Time now)
{
    std::optional<Reads::Run> run = reads.run(id);
    if (!run)
        return std::nullopt;
    JobWhyFacts facts;
    facts.run = std::move(*run);
    facts.events = reads.events(id, TaskId{});
    facts.workers = workers(reads, now).alive;
    facts.retrying = reads.retrying(facts.run.row);
    if (const std::optional<ClusterJobRow> row = reads.cluster().job(id))
        facts.cluster = to_cluster_view(*row);
    Reads::TaskFilter filter{id, {TaskState::failed}, {}, 1};
    for (Reads::Task& task : reads.tasks(filter))
        facts.first_failed = std::move(task);
    filter.states = {TaskState::pending};
    if (!is_final(facts.run.row.state))
        for (const Reads::Task& task : reads.tasks(filter))
            facts.next = task_facts(reads, task.row.id, now);
    return facts;
}

Why why(const TaskFacts& facts, Time now)
{
    const Reads::Task& task = facts.task;
    Json data = Json::object();
    data["status"] = name(to_datum_status(task.state));
    data["state"] = name(task.state);
    const Result<Retry> retry = parse_retry(task.row.retry);
    data["tries_max"] = retry ? retry->tries_max : 1;
    if (task.place)
        data["tries"] = task.place->tries;
    if (task.lease)
        data["attempt"] = task.lease->place.attempt;
    if (is_final(task.state))
        return final_task(facts, std::move(data));
    if (task.state == TaskState::paused) {
        std::string text = "its job is paused" + by(facts.events, "pause");
        if (task.lease)
            text += ", and what already runs may finish";
        return {std::move(text), std::move(data)};
    }
    if (task.lease)
        return leased_task(facts, std::move(data), now);
    if (task.place)
        return pending_task(facts, std::move(data), now);
    return {"it waits for others to finish", std::move(data)};
}

Why why(const JobWhyFacts& facts, Time now)
{
    const RunRow& run = facts.run.row;
    Json data = Json::object();
    data["status"] = name(to_job_status(run.state));
    data["total"] = run.counts.total;
    data["done"] = run.counts.succeeded;
    data["error"] = run.counts.failed;
    data["running"] = facts.run.leased;
    data["paused"] = facts.run.held;
    data["retrying"] = facts.retrying;
    data["workers"] = facts.workers;
    if (facts.cluster)
        add_cluster(data, facts);

    std::string text = counts_text(facts.run);
    if (run.state == RunState::succeeded)
        return {"it is done: " + text, std::move(data)};
    if (run.state == RunState::canceled)
        return {"it was canceled" + by(facts.events, "cancel") + ": " + text, std::move(data)};
    if (run.state == RunState::failed) {
        if (!facts.run.detail.error.empty())
            text = facts.run.detail.error + ": " + text;
        if (facts.first_failed && facts.first_failed->done)
            text += "; the first error: " + last_line(facts.first_failed->done->error);
        return {"it has failed: " + text, std::move(data)};
    }
    if (facts.run.held > 0)
        return {"it is paused" + by(facts.events, "pause") + ": " + text, std::move(data)};
    if (facts.cluster)
        text += pods_text(facts, now);
    if (facts.next) {
        const Why next = why(*facts.next, now);
        data["next"] = next.data;
        text += "; the next datum: " + next.text;
    }
    return {"it is running: " + text, std::move(data)};
}

} // namespace sluice
