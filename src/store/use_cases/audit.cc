// SPDX-License-Identifier: Apache-2.0
// record event, prune events: the audit by itself. Other lines are written by what they are about.
#include "store/use_cases/context.h"

namespace sluice {

void run(WriteContext& context, Operations<RecordEvent> operations)
{
    std::vector<EventRow> events;
    for (Operation<RecordEvent>* operation : operations) {
        const RecordEvent& request = operation->request;
        EventRow& event = events.emplace_back();
        event.at = context.now;
        event.kind = request.kind;
        event.actor = request.actor;
        event.detail = request.detail;
        event.object = request.object;
        event.object_id = request.object_id;
        operation->answer(true);
    }
    context.tables.insert_events(events);
}

void run(WriteContext& context, Operations<PruneEvents> operations)
{
    for (Operation<PruneEvents>* operation : operations) {
        const PruneEvents& request = operation->request;
        operation->answer(context.tables.delete_events(request.before, request.limit));
    }
}

} // namespace sluice
