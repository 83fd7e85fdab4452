// SPDX-License-Identifier: Apache-2.0
// take owed, end try, redeliver: the outbox. No run is locked: nothing hangs on the end of a
// delivery but what its answer asks for.
#include "store/service_tables.h"
#include "store/use_cases/context.h"
#include "store/use_cases/debts.h"

#include <algorithm>
#include <map>

namespace sluice {

namespace {

using Owed = ServiceTables::Owed;

// What the tries of a group change.
struct Tried {
    std::vector<DeliveryRow> rows;
    std::vector<Owed> again;
    std::vector<Owed> next; // owed for the first time
    std::vector<DeliveryId> over;
};

void end_try(WriteContext& context, const EndTry& request, DeliveryRow row, Tried& tried)
{
    if (!request.counts) {
        tried.again.push_back({row.id, request.again_at.value_or(context.now)});
        return;
    }
    row.status = request.status;
    ++row.tries;
    row.updated_at = context.now;
    row.answered = request.answered;
    row.reason = request.reason;
    row.answer = request.answer;
    if (row.next) {
        tried.next.push_back({row.next, context.now});
        row.next = DeliveryId{};
    }
    if (request.status == DeliveryStatus::waiting)
        tried.again.push_back({row.id, request.again_at.value_or(context.now)});
    else
        tried.over.push_back(row.id);
    owe_follow_ups(context, row, request.follow_ups);
    tried.rows.push_back(std::move(row));
}

void write(WriteContext& context, Tried tried)
{
    ServiceTables& tables = context.tables.service();
    sort_unique(tried.over);
    std::ranges::sort(tried.again, {}, &Owed::delivery);
    if (!tried.rows.empty())
        tables.update_deliveries(tried.rows);
    if (!tried.again.empty())
        tables.owe_again(tried.again);
    if (!tried.over.empty())
        tables.delete_owed(tried.over);
    if (!tried.next.empty())
        tables.insert_owed(tried.next);
    context.changes.owed |= !tried.next.empty();
}

using ByWorker = std::map<WorkerId, std::vector<DeliveryId>>;

std::map<DeliveryId, DeliveryRow>
sent_deliveries(WriteContext& context, Operations<EndTry> operations)
{
    ByWorker by_worker;
    for (const Operation<EndTry>* operation : operations)
        by_worker[operation->request.worker].push_back(operation->request.delivery);
    std::map<DeliveryId, DeliveryRow> rows;
    for (auto& [worker, ids] : by_worker) {
        sort_unique(ids);
        for (DeliveryRow& row : context.tables.service().deliveries_sent_by(worker, ids))
            rows.emplace(row.id, std::move(row));
    }
    return rows;
}

} // namespace

void run(WriteContext& context, Operations<TakeOwed> operations)
{
    for (Operation<TakeOwed>* operation : operations) {
        const TakeOwed& request = operation->request;
        operation->answer(
            context.tables.service().take_owed(request.worker, context.now, request.limit)
        );
    }
}

void run(WriteContext& context, Operations<EndTry> operations)
{
    std::map<DeliveryId, DeliveryRow> rows = sent_deliveries(context, operations);
    Tried tried;
    for (Operation<EndTry>* operation : operations) {
        auto row = rows.extract(operation->request.delivery); // the second of a group is late
        if (row.empty()) {
            operation->fail({Errc::conflict, "the delivery is not the worker's any more"});
            continue;
        }
        end_try(context, operation->request, std::move(row.mapped()), tried);
        operation->answer(true);
    }
    write(context, std::move(tried));
}

void run(WriteContext& context, Operations<Redeliver> operations)
{
    for (Operation<Redeliver>* operation : operations) {
        std::vector<DeliveryId> ids = operation->request.deliveries;
        sort_unique(ids);
        std::vector<DeliveryRow> rows = context.tables.service().deliveries(ids);
        std::erase_if(rows, [](const DeliveryRow& row) {
            return row.status != DeliveryStatus::dead;
        });
        std::vector<Owed> owed;
        std::vector<EventRow> events;
        for (DeliveryRow& row : rows) {
            row.status = DeliveryStatus::waiting;
            row.tries = 0;
            owed.push_back({row.id, context.now});
            events.push_back(
                {.at = context.now,
                 .run = row.run,
                 .task = row.task,
                 .kind = "redeliver",
                 .actor = operation->request.actor,
                 .detail = "",
                 .object = "delivery",
                 .object_id = std::to_string(row.id.value)}
            );
        }
        if (!rows.empty()) {
            context.tables.service().update_deliveries(rows);
            context.tables.service().insert_owed(owed);
            context.tables.insert_events(events);
            context.changes.owed = true;
        }
        operation->answer(rows.size());
    }
}

} // namespace sluice
