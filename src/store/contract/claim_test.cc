// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

#include <fmt/format.h>

#include <set>

namespace sluice::claim_test {

namespace {

NewTask task_in(std::uint32_t queue, int priority, std::string name)
{
    NewTask task = new_task(std::move(name));
    task.queue = queue;
    task.priority = priority;
    return task;
}

std::vector<std::string> names(const std::vector<Leased>& tasks)
{
    std::vector<std::string> names;
    for (const Leased& task : tasks)
        names.push_back(task.name);
    return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST_P(StoreContract, a_claim_takes_the_oldest_first)
{
    const WorkerId w = worker();
    const Submitted one = submit(new_run(2));
    const Submitted two = submit(new_run(2));

    std::vector<TaskId> order;
    for (int i = 0; i < 4; ++i)
        order.push_back(claim_one(w).task);

    EXPECT_EQ(order, (std::vector<TaskId>{one.tasks[0], one.tasks[1], two.tasks[0], two.tasks[1]}));
}

TEST_P(StoreContract, a_claim_goes_by_priority_then_age_over_all_its_queues)
{
    Submit request = new_run(
        {task_in(0, 0, "a-old"), task_in(1, 5, "b-high"), task_in(2, 0, "c-mid"),
         task_in(0, -5, "a-low"), task_in(2, 5, "c-high"), task_in(1, 0, "b-young")}
    );
    request.run.queues = {"a", "b", "c"};
    submit(request);

    const std::vector<Leased> claimed = db(claim_of(worker(), 10, {"a", "b", "c"})).value();

    EXPECT_EQ(names(claimed), (Names{"b-high", "c-high", "a-old", "c-mid", "b-young", "a-low"}));
}

TEST_P(StoreContract, what_a_group_makes_ready_and_claims_is_no_news)
{
    const WorkerId w = worker();
    const auto is_told = [this](std::size_t limit, WorkerId by) {
        db.take_changes();
        const auto [made, claimed] = db.together(new_run(2), claim_of(by, limit));
        EXPECT_EQ(claimed.value().size(), std::min<std::size_t>(limit, 2));
        bool told = false;
        for (const Changes& changes : db.take_changes())
            told = told || !changes.ready_queues.empty();
        return told;
    };
    EXPECT_FALSE(is_told(3, w));
    EXPECT_TRUE(is_told(1, w)) << "one is left";
}

TEST_P(StoreContract, a_group_claims_what_it_makes_ready_by_priority_then_age)
{
    const WorkerId w = worker();
    Submit request = new_run(
        {task_in(0, 0, "a"), task_in(0, 5, "b"), task_in(0, 0, "c"), task_in(0, 5, "d"),
         task_in(0, -5, "e")}
    );

    const auto [made, claimed] = db.together(request, claim_of(w, 3));

    ASSERT_TRUE(made);
    EXPECT_EQ(names(claimed.value()), (Names{"b", "d", "a"}));
    EXPECT_EQ(names(claim(w, 5)), (Names{"c", "e"})) << "what is left stays ready";
}

TEST_P(StoreContract, a_group_claims_what_waits_already_with_what_it_makes_ready)
{
    const WorkerId w = worker();
    submit(new_run({task_in(0, 0, "old"), task_in(0, 0, "old")}));
    const auto more = [](int priority) { return new_run({task_in(0, priority, "new")}); };

    const auto [later, first] = db.together(more(0), claim_of(w, 1));
    const auto [urgent, second] = db.together(more(1), claim_of(w, 1));

    ASSERT_TRUE(later && urgent);
    EXPECT_EQ(names(first.value()), Names{"old"});
    EXPECT_EQ(names(second.value()), Names{"new"});
    EXPECT_EQ(names(claim(w, 5)), (Names{"old", "new"}));
}

TEST_P(StoreContract, claims_of_one_group_get_what_each_of_them_serves)
{
    const WorkerId w = worker();
    Submit request = new_run({task_in(0, 0, "a"), task_in(1, 0, "b"), task_in(2, 0, "c")});
    request.run.queues = {"a", "b", "c"};

    const auto [made, of_b, of_a] =
        db.together(request, claim_of(w, 5, {"b"}), claim_of(w, 5, {"a"}));

    ASSERT_TRUE(made);
    EXPECT_EQ(names(of_b.value()), Names{"b"});
    EXPECT_EQ(names(of_a.value()), Names{"a"});
    EXPECT_EQ(names(db(claim_of(w, 5, {"c"})).value()), Names{"c"});
}

TEST_P(StoreContract, what_a_group_makes_ready_and_cancels_is_not_claimed)
{
    const WorkerId w = worker();
    const Submitted run = submit(new_run(2, {{0, 1}}));
    const Leased parent = claim_one(w);

    const auto [finished, canceled, claimed] =
        db.together(success_of(parent, w), Cancel{target(run.run)}, claim_of(w, 5));

    ASSERT_TRUE(finished && canceled);
    EXPECT_EQ(claimed.value().size(), 0u);
    EXPECT_EQ(claim(w, 5).size(), 0u);
}

TEST_P(StoreContract, a_claim_keeps_its_order_from_call_to_call)
{
    std::vector<NewTask> tasks;
    Submit request;
    for (std::uint32_t i = 0; i < 30; ++i) {
        request.run.queues.push_back(fmt::format("q/{:02}", i));
        for (const int priority : {0, 3, -3})
            tasks.push_back(task_in(i, priority, fmt::format("{}", priority)));
    }
    request.tasks = tasks;
    submit(request);
    const WorkerId w = worker();

    std::vector<std::pair<int, TaskId>> order;
    for (;;) {
        const std::vector<Leased> claimed = db(claim_of(w, 7, {"q/*"})).value();
        if (claimed.empty())
            break;
        for (const Leased& task : claimed)
            order.emplace_back(-task.priority, task.task);
    }
    EXPECT_EQ(order.size(), 90u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(StoreContract, a_task_that_comes_back_stands_at_its_old_place)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3));
    const Leased first_one = claim_one(w);
    ASSERT_TRUE(db(giving_back(first_one, w)));

    EXPECT_EQ(claim_one(w).task, submitted.tasks[0]);
}

TEST_P(StoreContract, a_filter_serves_its_names_and_prefixes_only)
{
    Submit request = new_run(
        {task_in(0, 0, "job/a"), task_in(1, 0, "job/b"), task_in(2, 0, "jobs"),
         task_in(3, 0, "other"), task_in(4, 0, "job")}
    );
    request.run.queues = {"job/a", "job/b", "jobs", "other", "job"};
    submit(request);
    const WorkerId w = worker();

    EXPECT_EQ(names(db(claim_of(w, 10, {"none"})).value()), Names{});
    EXPECT_EQ(
        names(db(claim_of(w, 10, {"job/*", "other"})).value()), (Names{"job/a", "job/b", "other"})
    );
    EXPECT_EQ(names(db(claim_of(w, 10, {"*"})).value()), (Names{"jobs", "job"}));
}

TEST_P(StoreContract, a_claim_takes_at_most_its_limit)
{
    submit(new_run(5));
    const WorkerId w = worker();

    EXPECT_EQ(claim(w, 0).size(), 0u);
    EXPECT_EQ(claim(w, 2).size(), 2u);
    EXPECT_EQ(claim(w, 100).size(), 3u);
    EXPECT_EQ(claim(w, 100).size(), 0u);
}

TEST_P(StoreContract, what_is_claimed_tells_all_that_its_executor_needs)
{
    NewTask given = new_task("one");
    given.payload = R"({"x":1})";
    given.priority = 3;
    given.timeout = 30s;
    given.retry.tries_max = 2;
    const Submitted submitted = submit(new_run({given}));

    const Leased leased = claim_one(worker());

    EXPECT_EQ(leased.task, submitted.tasks[0]);
    EXPECT_EQ(leased.run, submitted.run);
    EXPECT_EQ(leased.attempt, 1);
    EXPECT_EQ(leased.tries, 0);
    EXPECT_EQ(leased.priority, 3);
    EXPECT_EQ(leased.retry, given.retry);
    EXPECT_EQ(leased.name, "one");
    EXPECT_EQ(leased.payload, R"({"x":1})");
    EXPECT_EQ(leased.timeout, Micros(30s));
    EXPECT_EQ(leased.claimed_at, clock.wall());
    EXPECT_EQ(*leased.queue, "q");
}

TEST_P(StoreContract, a_claim_as_running_starts_the_clock_and_one_as_claimed_does_not)
{
    NewTask given = new_task();
    given.timeout = 30s;
    const Submitted submitted = submit(new_run({given, given}));
    const WorkerId w = worker();

    ASSERT_EQ(claim(w, 1).size(), 1u);
    Claim request = claim_of(w, 1);
    request.as = Claim::As::claimed;
    ASSERT_EQ(db(request)->size(), 1u);

    const Reads::Task running = task(submitted.tasks[0]);
    EXPECT_EQ(running.state, TaskState::running);
    EXPECT_EQ(running.lease->started_at, clock.wall());
    EXPECT_EQ(running.lease->expires_at, clock.wall() + 30s);
    const Reads::Task claimed = task(submitted.tasks[1]);
    EXPECT_EQ(claimed.state, TaskState::claimed);
    EXPECT_EQ(claimed.lease->started_at, std::nullopt);
    EXPECT_EQ(claimed.lease->expires_at, std::nullopt);
    EXPECT_EQ(run(submitted.run).leased, 2);
}

TEST_P(StoreContract, claims_of_one_group_share_out_what_is_there)
{
    submit(new_run(5));
    const WorkerId one = worker();
    const WorkerId two = worker();

    const auto [a, b, c] = db.together(claim_of(one, 2), claim_of(two, 2), claim_of(one, 2));

    ASSERT_TRUE(a && b && c);
    EXPECT_EQ(a->size(), 2u);
    EXPECT_EQ(b->size(), 2u);
    EXPECT_EQ(c->size(), 1u);
    std::set<TaskId> all;
    for (const auto* each : {&*a, &*b, &*c})
        for (const Leased& task : *each)
            all.insert(task.task);
    EXPECT_EQ(all.size(), 5u);
    EXPECT_EQ(task(b->front().task).lease->worker, two);
}

TEST_P(StoreContract, claims_of_one_group_with_other_queues_do_not_get_the_same)
{
    Submit request = new_run({task_in(0, 0, "a"), task_in(1, 0, "b")});
    request.run.queues = {"a", "b"};
    submit(request);
    const WorkerId w = worker();

    const auto [one, two] = db.together(claim_of(w, 2, {"a", "b"}), claim_of(w, 2, {"b", "a"}));

    EXPECT_EQ(one->size() + two->size(), 2u);
}

TEST_P(StoreContract, a_claim_sees_what_its_own_group_has_released)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1}}));
    const Leased parent = claim_one(w);

    const auto [finished, claimed] = db.together(success_of(parent, w), claim_of(w, 5));

    ASSERT_TRUE(finished && claimed);
    ASSERT_EQ(claimed->size(), 1u);
    EXPECT_EQ(claimed->front().task, submitted.tasks[1]);
}

TEST_P(StoreContract, a_claim_sees_a_submission_of_its_own_group)
{
    const WorkerId w = worker();

    const auto [claimed, submitted] = db.together(claim_of(w, 5), new_run(3));

    EXPECT_EQ(claimed->size(), 3u);
}

TEST_P(StoreContract, two_stores_never_claim_the_same)
{
    if (!can_be_shared())
        return;
    const std::unique_ptr<testing::Driver> other = another_store();
    const WorkerId one = worker();
    const WorkerId two = worker();
    std::set<TaskId> all;
    std::size_t count = 0;
    for (int round = 0; round < 10; ++round) {
        submit(new_run(10));
        auto a = db.start(claim_of(one, 4));
        auto b = other->start(claim_of(two, 4));
        for (const Leased& task : a.get().value())
            all.insert(task.task), ++count;
        for (const Leased& task : b.get().value())
            all.insert(task.task), ++count;
    }
    EXPECT_EQ(all.size(), count);
    other->store().forget_queues();
    for (const Leased& task : (*other)(claim_of(two, 1000)).value())
        all.insert(task.task), ++count;
    for (const Leased& task : claim(one, 1000))
        all.insert(task.task), ++count;
    EXPECT_EQ(all.size(), 100u);
    EXPECT_EQ(count, 100u);
}

TEST_P(StoreContract, a_store_finds_what_another_one_has_submitted)
{
    if (!can_be_shared())
        return;
    const std::unique_ptr<testing::Driver> other = another_store();
    const WorkerId w = worker();
    EXPECT_TRUE((*other)(claim_of(w, 5))->empty());
    Submit request = new_run(2);
    request.run.queues = {"new queue"};

    submit(request);

    other->store().forget_queues();
    EXPECT_EQ((*other)(claim_of(w, 5, {"new queue"}))->size(), 2u);
}

TEST_P(StoreContract, two_stores_make_one_shared_queue_of_a_name)
{
    if (!can_be_shared())
        return;
    const std::unique_ptr<testing::Driver> other = another_store();

    auto one = db.start(new_run(1));
    auto two = other->start(new_run(1));
    ASSERT_TRUE(one.get());
    ASSERT_TRUE(two.get());

    db.store().forget_queues();
    EXPECT_EQ(claim(worker()).size(), 2u);
    EXPECT_EQ(database->probe()->value("SELECT count(*) FROM queue"), "1");
}

TEST_P(StoreContract, many_queues_are_claimed_from_alike)
{
    Submit request;
    for (std::uint32_t i = 0; i < 300; ++i) {
        request.run.queues.push_back(fmt::format("job/{}", i));
        request.tasks.push_back(task_in(i, static_cast<int>(i % 3), "t"));
    }
    submit(request);
    const WorkerId w = worker();

    std::size_t count = 0;
    int last = 1000;
    for (;;) {
        const std::vector<Leased> claimed = db(claim_of(w, 17, {"job/*"})).value();
        if (claimed.empty())
            break;
        for (const Leased& task : claimed) {
            EXPECT_LE(task.priority, last);
            last = task.priority;
        }
        count += claimed.size();
    }
    EXPECT_EQ(count, 300u);
}

} // namespace sluice::claim_test
