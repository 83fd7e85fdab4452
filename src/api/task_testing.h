// SPDX-License-Identifier: Apache-2.0
// For tests of the task service's routes: batches, and a worker that starts their tasks by hand.
#pragma once

#include "api/testing.h"
#include "store/queue_filter.h"

namespace sluice::testing {

// A good task with some members set or, by null, absent.
inline Json new_task(const std::string& id, const Json& changes = Json::object())
{
    Json task = parse_json(R"({"name": "A task", "kind": "k", "on_start": {"kind": "Webhook",
        "params": {"url": "http://target.invalid/start", "verb": "Post"}}})")
                    .value();
    task["id"] = id;
    task.update(changes);
    return task;
}

class TaskFixture : public ApiFixture {
public:
    using ApiFixture::ApiFixture;

    // The tasks as they were answered.
    Json create(const Json& tasks)
    {
        const Reply reply = post("/task", tasks);
        EXPECT_EQ(reply.status, 201) << reply.body;
        return reply.json;
    }
    std::string create_one(const Json& changes = Json::object())
    {
        return create(Json::array({new_task("a", changes)}))[0]["id"];
    }

    Json task(const std::string& id) { return get("/task/" + id).json; }
    std::string status(const std::string& id) { return task(id)["status"]; }

    // Takes what is pending: it is Claimed then.
    std::vector<Leased> claim()
    {
        Claim request;
        request.worker = worker();
        request.queues = std::make_shared<QueueFilter>(
            std::vector<std::string>{"*"}, std::vector<std::string>{}
        );
        request.limit = 100;
        request.as = Claim::As::claimed;
        return await(loop, store->claim(std::move(request))).value();
    }

    // The targets have accepted what is pending: it is Running then.
    void run_all()
    {
        for (const Leased& leased : claim()) {
            Start start;
            start.task = leased.task;
            start.run = leased.run;
            start.attempt = leased.attempt;
            start.worker = worker();
            start.owner = LeaseOwner::target;
            await(loop, store->start(std::move(start))).value();
        }
    }

    std::string running_one(const Json& changes = Json::object())
    {
        const std::string id = create_one(changes);
        run_all();
        return id;
    }

    // Each webhook that is owed now was tried for the last time.
    void bury_deliveries()
    {
        TakeOwed take;
        take.worker = worker();
        for (const OwedDelivery& owed : await(loop, store->take_owed(std::move(take))).value()) {
            EndTry end;
            end.delivery = owed.row.id;
            end.worker = worker();
            end.status = DeliveryStatus::dead;
            end.answered = 500;
            end.reason = "answered 500";
            end.answer = "oh";
            await(loop, store->end_try(std::move(end))).value();
        }
    }

private:
    WorkerId worker()
    {
        if (!worker_) {
            RegisterWorker request;
            request.name = "starter";
            request.lease = std::chrono::hours(1);
            worker_ = await(loop, store->register_worker(std::move(request))).value();
        }
        return worker_;
    }

    WorkerId worker_;
};

inline Json patch_of(std::string_view text)
{
    return parse_json(text).value();
}

} // namespace sluice::testing
