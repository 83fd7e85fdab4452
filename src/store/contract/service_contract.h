// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/contract/contract.h"
#include "store/service_reads.h"

namespace sluice {

// How many webhooks the ends of a task owe.
struct Actions {
    int success = 0;
    int failure = 0;
    int cancel = 0;
};

// What contract tests of the task service share.
class ServiceContract : public StoreContract {
protected:
    static Submit new_batch(std::vector<NewTask> tasks, std::vector<GraphLink> links = {})
    {
        Submit request = new_run(std::move(tasks), std::move(links));
        request.run.kind = RunKind::batch;
        return request;
    }
    static Submit new_batch(std::size_t tasks)
    {
        return new_batch(std::vector<NewTask>(tasks, new_task()));
    }

    static NewTask service_task(Actions actions = {})
    {
        NewTask task = new_task();
        task.timeout = 60s;
        task.card.emplace();
        task.card->kind = "build";
        task.card->name = "name";
        task.card->success_actions = actions.success;
        task.card->failure_actions = actions.failure;
        task.card->cancel_actions = actions.cancel;
        return task;
    }

    // Claimed as webhooks are: no target has accepted yet.
    Leased claim_for_target(WorkerId by)
    {
        Claim request = claim_of(by, 1);
        request.as = Claim::As::claimed;
        return db(request).value().at(0);
    }

    Result<bool> accept(const Leased& task, WorkerId by) { return db(acceptance(task, by)); }

    static Start acceptance(const Leased& task, WorkerId by)
    {
        Start request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = by;
        request.owner = LeaseOwner::target;
        return request;
    }

    // A task whose target has accepted it.
    Leased running(WorkerId by, NewTask task = service_task())
    {
        submit(new_batch({std::move(task)}));
        Leased leased = claim_for_target(by);
        EXPECT_TRUE(accept(leased, by));
        return leased;
    }

    static UpdateTask update_of(const Leased& task)
    {
        UpdateTask update;
        update.task = task.task;
        update.run = task.run;
        return update;
    }

    TaskView view(TaskId id)
    {
        return db.read([id](Reads& reads) { return reads.service().task(id); }).value();
    }

    std::vector<ServiceReads::DeliveryView> deliveries(TaskId task)
    {
        ServiceReads::DeliveryFilter filter;
        filter.task = task;
        auto newest_first =
            db.read([filter](Reads& reads) { return reads.service().deliveries(filter); });
        return {newest_first.rbegin(), newest_first.rend()};
    }

    std::vector<OwedDelivery> take_owed(WorkerId by, std::size_t limit = 100)
    {
        return db(TakeOwed{by, limit}).value();
    }

    static EndTry end_of(const OwedDelivery& owed, WorkerId by, DeliveryStatus status)
    {
        EndTry request;
        request.delivery = owed.row.id;
        request.worker = by;
        request.status = status;
        return request;
    }
};

// With a worker that starts what it claims.
class StartedTasks : public ServiceContract {
protected:
    StartedTasks() : w(worker(1h)) {}

    std::vector<Leased> start_all(std::size_t limit = 100)
    {
        Claim request = claim_of(w, limit);
        request.as = Claim::As::claimed;
        std::vector<Leased> leased = db(request).value();
        for (const Leased& task : leased)
            EXPECT_TRUE(accept(task, w));
        return leased;
    }
    void end(const Leased& task, TaskState how = TaskState::succeeded)
    {
        UpdateTask update = update_of(task);
        update.end = how;
        EXPECT_TRUE(db(update));
    }

    WorkerId w;
};

} // namespace sluice
