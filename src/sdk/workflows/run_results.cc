// SPDX-License-Identifier: Apache-2.0
#include "sluice/run_results.h"

#include "base/text.h"
#include "sdk/workflows/conversions.h"
#include "sdk/workflows/inside.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

namespace sluice::workflows {

// What a report has, and what was made of it when somebody asked first: parsing takes its time, and
// most callers look at little.
struct RunResult::Facts {
    explicit Facts(SharedReport of) : report(std::move(of)), status(public_status(report->status))
    {}

    SharedReport report;
    RunStatus status;

    mutable std::mutex mutex;
    mutable std::optional<Context> initial;
    mutable std::optional<Context> last;
    mutable std::optional<std::vector<TaskResult>> tasks;

    // What `make` gives, once. The mutex is ours alone: it calls nothing of the program.
    template <class T, class Make>
    const T& once(std::optional<T>& kept, Make make) const
    {
        const std::lock_guard lock(mutex);
        if (!kept)
            kept = make();
        return *kept;
    }
};

namespace {

TaskResult result_of(const TaskReport& task)
{
    TaskResult result{.id = task.id, .status = public_status(task.status)};
    result.start_time = task.started_at;
    result.end_time = task.ended_at;
    result.attempts = task.attempts;
    result.error = task.error;
    if (task.status == sluice::TaskStatus::completed && task.end)
        result.output = Inside::stored_context(
            task.end->result, fmt::format("the output of task '{}'", task.id)
        );
    return result;
}

std::vector<TaskResult> results_of(const RunReport& report)
{
    std::vector<TaskResult> results;
    results.reserve(report.tasks.size());
    for (const TaskReport& task : report.tasks)
        results.push_back(result_of(task));
    return results;
}

Context final_of(const RunReport& report)
{
    const Result<std::string> text = final_context_of(report);
    if (!text)
        throw ContextError("", text.error().detail);
    return Inside::stored_context(*text, "the final context");
}

std::string near_task(std::string_view id, const std::vector<TaskResult>& tasks)
{
    std::vector<std::string> ids;
    for (const TaskResult& task : tasks)
        ids.push_back(task.id);
    const std::vector<std::string> near = nearest(id, ids, 1);
    return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near.front());
}

} // namespace

std::string_view name(RunStatus status)
{
    return sluice::name(engine_status(status));
}

std::string_view name(TaskStatus status)
{
    return sluice::name(engine_status(status));
}

RunResult::RunResult(std::shared_ptr<const Facts> facts) noexcept : facts_(std::move(facts))
{}

const std::string& RunResult::id() const noexcept
{
    return facts_->report->id;
}

const std::string& RunResult::workflow() const noexcept
{
    return facts_->report->workflow;
}

const std::string& RunResult::version() const noexcept
{
    return facts_->report->version;
}

RunStatus RunResult::status() const noexcept
{
    return facts_->status;
}

Time RunResult::start_time() const noexcept
{
    return facts_->report->created_at;
}

std::optional<Time> RunResult::end_time() const noexcept
{
    return facts_->report->ended_at;
}

const Context& RunResult::final_context() const
{
    return facts_->once(facts_->last, [this] { return final_of(*facts_->report); });
}

const Context& RunResult::initial_context() const
{
    return facts_->once(facts_->initial, [this] {
        return Inside::stored_context(facts_->report->initial_context, "the initial context");
    });
}

const std::string& RunResult::error_message() const noexcept
{
    return facts_->report->error;
}

const std::vector<TaskResult>& RunResult::tasks() const
{
    return facts_->once(facts_->tasks, [this] { return results_of(*facts_->report); });
}

const TaskResult& RunResult::task(std::string_view id) const
{
    const std::vector<TaskResult>& all = tasks();
    for (const TaskResult& task : all)
        if (task.id == id)
            return task;
    throw Error(
        Error::Kind::not_found,
        fmt::format("the run of '{}' has no task '{}'{}", workflow(), id, near_task(id, all))
    );
}

RunResult Inside::result(SharedReport report)
{
    return RunResult(std::make_shared<const RunResult::Facts>(std::move(report)));
}

} // namespace sluice::workflows
