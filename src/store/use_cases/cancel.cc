// SPDX-License-Identifier: Apache-2.0
// cancel: any live task becomes canceled at once, whoever holds its lease; the holder learns it
// from its next heartbeat, or at once in this process.
#include "store/use_cases/take_live.h"
#include "store/use_cases/user_actions.h"
#include "store/use_cases/whole_run.h"

namespace sluice {

namespace {

Affected cancel_tasks(WriteContext& context, const Target& target)
{
    const RunRow& run = context.runs.at(target.run);
    const std::vector<TaskId> ids = own_tasks(context, target);
    Affected affected;
    std::vector<Ended> tasks = take_live(context, {&run, ids}, affected);
    for (Ended& task : tasks)
        task.error = target.reason;
    affected.final = static_cast<std::int64_t>(ids.size()) - affected.changed();
    end_tasks(context, std::move(tasks));
    return affected;
}

} // namespace

void run(WriteContext& context, Operations<Cancel> operations)
{
    for (Operation<Cancel>* operation : operations) {
        const Target& target = operation->request.target;
        if (const auto error = refusal(context, target, TaskEvent::cancel)) {
            operation->fail(*error);
            continue;
        }
        record(context, target, "cancel");
        operation->answer(
            target.tasks.empty()
                ? end_run(context, context.runs.at(target.run), RunEnding::canceled, target.reason)
                : cancel_tasks(context, target)
        );
    }
}

} // namespace sluice
