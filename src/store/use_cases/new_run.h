// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <set>
#include <string>

namespace sluice {

// What submit and staging share: the rows that a new run and a new task become.

struct Standing {
    TaskId task;
    RunId run;
    QueueId queue;
};

Place place_of(const Standing& standing, const NewTask& task);
NeedRow need_of(const Standing& standing, const NewTask& task, std::uint32_t parents);

// The tasks that places in NewTask::parents count over: those of earlier pieces, then the new ones.
struct PlacedTasks {
    std::span<const TaskId> before;
    std::span<const TaskId> tasks;

    TaskId at(std::uint32_t place) const;
};

// The policies of new tasks as text; most of them are like the one before.
class RetryTexts {
public:
    const std::string& of(const Retry& retry)
    {
        if (retry_ != retry) {
            retry_ = retry;
            text_ = format_retry(retry);
        }
        return text_;
    }

private:
    Retry retry_;
    std::string text_ = format_retry(Retry{});
};

// Copies: a group may be run again.
TaskRow task_row(
    const Standing& standing, const NewTask& task, const PlacedTasks& all, RetryTexts& retries
);

// Nothing when the run is none of a workflow that was declared.
std::optional<ExecutionRow> execution_of(RunId run, const NewRun& request);

// Appends the card of a task that has one.
void add_card(
    const Standing& standing, const NewTask& task, std::optional<std::string> gates,
    std::vector<CardRow>& cards
);

// What the rules of a new task ask; nothing: it has none. Throws as counter_of().
std::optional<std::string> gates_of(WriteContext& context, const NewTask& task);

// The audit line of a batch or a job.
EventRow submit_event(const WriteContext& context, const RunRow& run, const std::string& actor);

// Nothing when there is nothing to say beside the run row.
std::optional<RunDetail> detail_of(RunId run, const NewRun& request);

// Refuses names that are taken and answers repeated requests. The second one with a key in a group
// belongs into a later group, which sees what has become of the first.
class NewNames {
public:
    explicit NewNames(WriteContext& context) : context_(context) {}

    // True: go on. False: the operation is answered, or deferred.
    template <class Request>
    bool accept(Operation<Request>& operation, const NewRun& run)
    {
        std::optional<Result<Submitted>> verdict = check(run, operation.deferred);
        if (verdict && *verdict)
            operation.answer(std::move(**verdict));
        else if (verdict)
            operation.fail(verdict->error());
        return !verdict && !operation.deferred;
    }

private:
    // Nothing: there is nothing to say against it, unless it is early.
    std::optional<Result<Submitted>> check(const NewRun& run, bool& is_early);

    WriteContext& context_;
    std::set<std::string> names_;
    std::set<std::string> keys_;
};

} // namespace sluice
