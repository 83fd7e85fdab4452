// SPDX-License-Identifier: Apache-2.0
// What has happened to a run, from the rows that tell it.
#include "store/store.h"
#include "workflows/report_rows.h"
#include "workflows/run_reads.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

using Event = RunReads::Event;

constexpr std::size_t tasks_at_once = 1000;

std::string_view word_of(AttemptEnd end)
{
    switch (end) {
    case AttemptEnd::failed:
        return "failed attempt";
    case AttemptEnd::timed_out:
        return "timed out";
    case AttemptEnd::rescued:
        return "recovered";
    case AttemptEnd::returned:
        break;
    }
    return "handed back";
}

std::string_view word_of(TaskState outcome)
{
    switch (outcome) {
    case TaskState::succeeded:
        return "completed";
    case TaskState::skipped:
        return "skipped";
    case TaskState::canceled:
        return "cancelled";
    default:
        return "failed";
    }
}

std::string attempt_words(int number, const std::string& error)
{
    return error.empty() ? fmt::format("attempt {}", number)
                         : fmt::format("attempt {}: {}", number, error);
}

void add_attempts(Reads& reads, const Reads::Task& task, std::vector<Event>& events)
{
    for (const AttemptRow& attempt : reads.attempts(task.row.id)) {
        const std::string number = fmt::format("attempt {}", attempt.attempt);
        if (attempt.started_at)
            events.push_back({*attempt.started_at, task.row.name, "started", number});
        events.push_back(
            {attempt.finished_at, task.row.name, std::string(word_of(attempt.end)),
             attempt_words(attempt.attempt, attempt.error)}
        );
    }
}

void add_task(Reads& reads, const Reads::Task& task, std::vector<Event>& events)
{
    const std::string& id = task.row.name;
    const int number = task.done    ? task.done->attempt
                       : task.lease ? task.lease->place.attempt
                       : task.place ? task.place->attempt
                                    : 0;
    // A task that was ended between its attempts has none of its own in its end.
    const bool is_alone = number == 1 && (task.lease || (task.done && task.done->claimed_at));
    if (number > 0 && !is_alone)
        add_attempts(reads, task, events);
    const std::string words = fmt::format("attempt {}", number);
    if (task.lease && task.lease->started_at) {
        events.push_back({*task.lease->started_at, id, "started", words});
        if (task.lease->deferred_left)
            events.push_back({*task.lease->started_at, id, "deferred", "it waits without a slot"});
    }
    if (!task.done)
        return;
    if (task.done->started_at && task.state != TaskState::skipped)
        events.push_back({*task.done->started_at, id, "started", words});
    events.push_back(
        {task.done->finished_at, id, std::string(word_of(task.done->outcome)), task.done->error}
    );
}

std::string by(const EventRow& row)
{
    std::string text = row.actor.empty() ? std::string() : fmt::format("by {}", row.actor);
    if (!row.detail.empty())
        text += fmt::format("{}{}", text.empty() ? "" : ": ", row.detail);
    return text;
}

std::vector<Event> events_of_run(Reads& reads, const ExecutionReads::Execution& execution)
{
    const RunRow& row = execution.run.row;
    std::vector<Event> events;
    events.push_back(
        {row.created_at, "", "submitted", fmt::format("version {}", execution.workflow.version)}
    );
    for (const EventRow& event : reads.events(row.id, TaskId{}))
        events.push_back({event.at, "", event.kind, by(event)});
    if (row.finished_at)
        events.push_back(
            {*row.finished_at, "", std::string(name(status_of(execution.run))),
             error_of(execution.run)}
        );
    return events;
}

struct Piece {
    std::vector<Event> events;
    std::optional<TaskId> go_on_after;
};

Piece events_of_tasks(Reads& reads, const ExecutionReads::TaskFilter& filter)
{
    Piece piece;
    const std::vector<Reads::Task> tasks = reads.executions().tasks(filter);
    for (const Reads::Task& task : tasks)
        add_task(reads, task, piece.events);
    if (tasks.size() == filter.limit)
        piece.go_on_after = tasks.back().row.id;
    return piece;
}

} // namespace

Async<Result<std::vector<RunReads::Event>>> RunReads::events(RunId run)
{
    const auto look = [run](Reads& reads) -> std::optional<std::vector<Event>> {
        const auto execution = reads.executions().execution(run);
        if (!execution)
            return std::nullopt;
        return events_of_run(reads, *execution);
    };
    Result<std::optional<std::vector<Event>>> found = co_await store_.read(look);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Error{Errc::not_found, "no such run"};
    std::vector<Event> events = std::move(**found);

    ExecutionReads::TaskFilter filter{run, {}, tasks_at_once};
    for (bool has_more = true; has_more;) {
        const auto more = [filter](Reads& reads) { return events_of_tasks(reads, filter); };
        Result<Piece> piece = co_await store_.read(more);
        if (!piece)
            co_return piece.error();
        std::move(piece->events.begin(), piece->events.end(), std::back_inserter(events));
        has_more = piece->go_on_after.has_value();
        filter.after = piece->go_on_after.value_or(TaskId{});
    }
    // Of one time the run's beginning comes first and its end last, as they were added: the end is
    // put behind its tasks.
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
        const auto rank = [](const Event& event) {
            return !event.task.empty() ? 1 : event.kind == "submitted" ? 0 : 2;
        };
        return a.at != b.at ? a.at < b.at : rank(a) < rank(b);
    });
    co_return events;
}

} // namespace sluice
