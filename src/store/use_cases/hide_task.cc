// SPDX-License-Identifier: Apache-2.0
// hide task: soft deletion. Only what is final goes out of sight, and can be brought back.
#include "store/service_tables.h"
#include "store/use_cases/last_update.h"

namespace sluice {

namespace {

void write(WriteContext& context, const HideTask& request, CardRow card)
{
    card.deleted_at = request.hidden ? std::optional(context.now) : std::nullopt;
    context.tables.service().update_card(card);
    note_change(context, {request.task});
    EventRow event;
    event.at = context.now;
    event.run = request.run;
    event.task = request.task;
    event.kind = request.hidden ? "delete" : "restore";
    event.actor = request.actor;
    context.tables.insert_events({&event, 1});
}

} // namespace

void run(WriteContext& context, Operations<HideTask> operations)
{
    for (Operation<HideTask>* operation : operations) {
        const HideTask& request = operation->request;
        std::optional<CardRow> card = context.tables.service().card(request.task);
        const bool is_final_now = is_over(context.runs.at(request.run)) ||
                                  !context.tables.done({&request.task, 1}).empty();
        if (!card || card->run != request.run)
            operation->fail({Errc::not_found, "no such task"});
        else if (!is_final_now)
            operation->fail({Errc::conflict, "the task is not final: cancel it first"});
        else if (card->deleted_at.has_value() == request.hidden)
            operation->fail(
                {Errc::conflict,
                 request.hidden ? "the task is deleted already" : "the task is not deleted"}
            );
        else {
            write(context, request, *std::move(card));
            operation->answer(true);
        }
    }
}

} // namespace sluice
