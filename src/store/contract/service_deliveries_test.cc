// SPDX-License-Identifier: Apache-2.0
// Deliveries as the task service shows them.
#include "store/contract/service_contract.h"

namespace sluice::service_deliveries_test {

class ServiceDeliveries : public ServiceContract {
protected:
    using Filter = ServiceReads::DeliveryFilter;
    using View = ServiceReads::DeliveryView;
    using Ids = std::vector<DeliveryId>;

    // Three tasks of two batches, which owe two, one and three webhooks; one of each of the first
    // two was delivered, and one is dead.
    void populate()
    {
        w = worker(10h);
        first_task = owing({2, 0, 0}, TaskState::succeeded);
        second_task = owing({0, 1, 0}, TaskState::failed);
        third_task = owing({3, 0, 0}, TaskState::succeeded);
        std::vector<OwedDelivery> owed = take_owed(w);
        ASSERT_EQ(owed.size(), 3u);
        ASSERT_TRUE(db(end_of(owed[0], w, DeliveryStatus::delivered)));
        EndTry dead = end_of(owed[1], w, DeliveryStatus::dead);
        dead.answered = 410;
        dead.reason = "answered 410";
        dead.answer = "gone";
        ASSERT_TRUE(db(dead));
    }

    Leased owing(Actions actions, TaskState outcome)
    {
        const Leased task = running(w, service_task(actions));
        UpdateTask update = update_of(task);
        update.end = outcome;
        update.failure_reason = "broken";
        EXPECT_TRUE(db(update));
        return task;
    }

    std::vector<View> list(Filter filter)
    {
        return db.read([filter](Reads& reads) { return reads.service().deliveries(filter); });
    }

    Ids found(const Filter& filter)
    {
        Ids ids;
        for (const View& view : list(filter))
            ids.push_back(view.row.id);
        return ids;
    }

    std::optional<Time> next_owed()
    {
        return db.read([](Reads& reads) { return reads.service().next_owed(); });
    }

    WorkerId w;
    Leased first_task;
    Leased second_task;
    Leased third_task;
};

TEST_P(ServiceDeliveries, are_listed_newest_first_by_all_that_is_asked_for)
{
    populate();
    const std::vector<View> all = list({});
    ASSERT_EQ(all.size(), 6u);
    using Status = std::optional<DeliveryStatus>;
    using Task = std::optional<TaskId>;
    const std::vector<Status> statuses{
        {}, DeliveryStatus::waiting, DeliveryStatus::delivered, DeliveryStatus::dead};
    const std::vector<std::optional<Trigger>> triggers{{}, Trigger::success, Trigger::failure};
    const std::vector<std::optional<RunId>> runs{{}, first_task.run, third_task.run, RunId{4711}};
    const std::vector<Task> tasks{{}, second_task.task, third_task.task};

    for (const auto& status : statuses)
        for (const auto& trigger : triggers)
            for (const auto& run : runs)
                for (const auto& task : tasks) {
                    Ids expected;
                    for (const View& view : all)
                        if ((!status || view.row.status == *status) &&
                            (!trigger || view.row.trigger == *trigger) &&
                            (!run || view.row.run == *run) && (!task || view.row.task == *task))
                            expected.push_back(view.row.id);
                    Filter filter{status, task, run, trigger, DeliveryId{}, 50};
                    ASSERT_EQ(found(filter), expected);
                    if (expected.size() < 2)
                        continue;
                    filter.limit = 1;
                    EXPECT_EQ(found(filter), Ids{expected[0]});
                    filter.before = expected[0];
                    EXPECT_EQ(found(filter), Ids{expected[1]});
                }
}

TEST_P(ServiceDeliveries, are_shown_with_their_last_answer)
{
    populate();
    Filter dead;
    dead.status = DeliveryStatus::dead;
    const View listed = list(dead).at(0);
    const DeliveryId id = listed.row.id;
    const auto find = [&](DeliveryId one) {
        return db.read([one](Reads& reads) { return reads.service().delivery(one); });
    };
    const View view = find(id).value();

    for (const View& same : {listed, view}) {
        EXPECT_EQ(same.row.id, id);
        EXPECT_EQ(same.row.answered, 410);
        EXPECT_EQ(same.row.reason, "answered 410");
        EXPECT_EQ(same.row.answer, "gone");
        EXPECT_EQ(same.row.tries, 1);
        EXPECT_EQ(same.due, std::nullopt);
        EXPECT_EQ(same.run_created_at, this->view(same.row.task).run_created_at);
    }
    EXPECT_FALSE(find(DeliveryId{4711}));
}

TEST_P(ServiceDeliveries, tell_when_the_next_try_is_due)
{
    EXPECT_EQ(next_owed(), std::nullopt);
    w = worker(10h);
    owing({1, 0, 0}, TaskState::succeeded);
    const Time now = db.store().clock().now();
    EXPECT_EQ(next_owed(), now);
    const OwedDelivery owed = take_owed(w).at(0);
    EXPECT_EQ(next_owed(), std::nullopt) << "somebody is sending it";

    EndTry again = end_of(owed, w, DeliveryStatus::waiting);
    again.again_at = now + 10s;
    ASSERT_TRUE(db(again));

    EXPECT_EQ(next_owed(), now + 10s);
    EXPECT_EQ(list({}).at(0).due, now + 10s);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, ServiceDeliveries, ::testing::ValuesIn(all_dialects), dialect_name
);

} // namespace sluice::service_deliveries_test
