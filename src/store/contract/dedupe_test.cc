// SPDX-License-Identifier: Apache-2.0
// Deduplication: a task is not created when one of its matchers finds another one.
#include "store/contract/service_contract.h"

#include <fmt/format.h>

namespace sluice::dedupe_test {

class Dedupe : public ServiceContract {
protected:
    Dedupe() : w(worker(1h)) {}

    static TaskMatcher matcher(TaskState status, std::vector<std::string> fields = {"customer"})
    {
        return {status, "build", std::move(fields)};
    }
    static NewTask only_once(
        std::string metadata, std::vector<TaskMatcher> matchers = {matcher(TaskState::pending)}
    )
    {
        NewTask task = service_task();
        task.card->metadata = std::move(metadata);
        task.dedupe = std::move(matchers);
        return task;
    }
    static NewTask plain(std::string metadata) { return only_once(std::move(metadata), {}); }

    WorkerId w;
};

using Numbers = std::vector<std::uint32_t>;

TEST_P(Dedupe, finds_tasks_of_the_same_kind_status_and_values)
{
    submit(new_batch({plain(R"({"customer":"a"})")}));
    const Submitted second = submit(new_batch({
        only_once(R"({"customer":"a","n":1})"),
        only_once(R"({"customer":"b"})"),
        only_once(R"({"n":1})"),
    }));
    EXPECT_EQ(second.created, (Numbers{1, 2})) << "a field that the task lacks finds nothing";
    EXPECT_EQ(second.tasks.size(), 2);
    const Submitted third = submit(new_batch({
        only_once(R"({"customer":"b"})", {matcher(TaskState::running)}),
        only_once(
            R"({"customer":"b"})", {matcher(TaskState::running), matcher(TaskState::pending)}
        ),
    }));
    EXPECT_EQ(third.created, Numbers{0});
}

TEST_P(Dedupe, looks_at_the_exact_status)
{
    const std::vector<TaskMatcher> running{matcher(TaskState::running)};
    submit(new_batch({plain(R"({"customer":"a"})")}));
    const Leased task = claim_for_target(w);
    EXPECT_EQ(submit(new_batch({only_once(R"({"customer":"a"})", running)})).created, Numbers{0})
        << "claimed is not running";
    EXPECT_TRUE(accept(task, w));
    EXPECT_EQ(submit(new_batch({only_once(R"({"customer":"a"})", running)})).created, Numbers{});
    UpdateTask update = update_of(task);
    update.end = TaskState::succeeded;
    EXPECT_TRUE(db(update));
    EXPECT_EQ(submit(new_batch({only_once(R"({"customer":"a"})", running)})).created, Numbers{0});
    const std::vector<TaskMatcher> succeeded{matcher(TaskState::succeeded)};
    EXPECT_EQ(submit(new_batch({only_once(R"({"customer":"a"})", succeeded)})).created, Numbers{});
}

TEST_P(Dedupe, works_within_a_batch_and_links_lead_to_the_task_that_was_found)
{
    const Submitted batch = submit(new_batch(
        {only_once(R"({"customer":"a"})"), only_once(R"({"customer":"a"})"),
         only_once(R"({"customer":"b"})")},
        {{0, 2, LinkCondition::on_success, Unmet::fail},
         {1, 2, LinkCondition::on_success, Unmet::fail}}
    ));
    EXPECT_EQ(batch.created, (Numbers{0, 2}));
    EXPECT_EQ(state(batch.tasks[1]), TaskState::waiting);
    const Leased first = claim_for_target(w);
    UpdateTask update = update_of(first);
    update.end = TaskState::succeeded;
    EXPECT_TRUE(db(update));
    EXPECT_EQ(state(batch.tasks[1]), TaskState::pending);
}

TEST_P(Dedupe, that_finds_everything_creates_nothing)
{
    submit(new_batch({plain(R"({"customer":"a"})")}));
    const Submitted nothing = submit(new_batch({only_once(R"({"customer":"a"})")}));
    EXPECT_EQ(nothing.created, Numbers{});
    EXPECT_FALSE(nothing.run);

    Submit again = new_batch({only_once(R"({"customer":"a"})")});
    again.run.request_key = "key";
    again.run.body_hash = "hash";
    const Submitted first = submit(again);
    EXPECT_TRUE(first.run) << "the answer has to be given again";
    const Submitted second = submit(again);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(second.run, first.run);
}

TEST_P(Dedupe, lets_a_link_lead_to_the_task_of_another_batch_that_was_found)
{
    const Submitted before = submit(new_batch({plain(R"({"customer":"a"})")}));
    const Submitted batch = submit(new_batch(
        {only_once(R"({"customer":"a"})"), plain(R"({"customer":"b"})")},
        {{0, 1, LinkCondition::on_success, Unmet::fail}}
    ));
    EXPECT_EQ(batch.created, Numbers{1});
    EXPECT_EQ(state(batch.tasks[0]), TaskState::waiting);
    const Leased first = claim_for_target(w);
    EXPECT_EQ(first.task, before.tasks[0]);
    UpdateTask update = update_of(first);
    update.end = TaskState::succeeded;
    EXPECT_TRUE(db(update));
    EXPECT_EQ(state(batch.tasks[0]), TaskState::pending);
}

TEST_P(Dedupe, lets_a_link_lead_to_what_another_submission_of_its_group_creates)
{
    std::vector<testing::Pending<Submitted>> pending;
    for (int i = 0; i < 5; ++i)
        pending.push_back(db.start(new_batch(
            {only_once(R"({"customer":"a"})"), plain(R"({"customer":"b"})")},
            {{0, 1, LinkCondition::on_success, Unmet::fail}}
        )));
    std::size_t created = 0;
    for (auto& one : pending) {
        const Submitted batch = one.get().value();
        created += batch.tasks.size();
        EXPECT_EQ(state(batch.tasks.back()), TaskState::waiting);
    }
    EXPECT_EQ(created, 6);
}

TEST_P(Dedupe, of_concurrent_submissions_creates_one)
{
    std::vector<testing::Pending<Submitted>> pending;
    std::unique_ptr<testing::Driver> other;
    if (GetParam() != Dialect::sqlite_memory)
        other = another_store();
    for (int i = 0; i < 20; ++i) {
        testing::Driver& store = other && i % 2 == 1 ? *other : db;
        pending.push_back(store.start(new_batch({only_once(R"({"customer":"a"})")})));
    }
    std::size_t created = 0;
    for (auto& one : pending)
        created += one.get().value().tasks.size();
    EXPECT_EQ(created, 1);
}

TEST_P(Dedupe, finds_lists_by_what_they_contain)
{
    const std::vector<TaskMatcher> tags{matcher(TaskState::pending, {"tags"})};
    submit(new_batch({plain(R"({"tags":["x","y"]})")}));
    const Submitted batch = submit(new_batch({
        only_once(R"({"tags":["y"]})", tags),
        only_once(R"({"tags":["z"]})", tags),
    }));
    EXPECT_EQ(batch.created, Numbers{1});
}

TEST_P(Dedupe, forgets_lists_that_it_finds_nothing_by)
{
    const std::vector<TaskMatcher> running{matcher(TaskState::running, {"tags"})};
    submit(new_batch({only_once(R"({"tags":["runs"]})", running)}));
    EXPECT_TRUE(accept(claim_for_target(w), w));
    for (std::size_t round = 0; round < 2; ++round) {
        std::vector<NewTask> tasks;
        for (std::size_t i = 0; i < MatchBook::patterns_max - 1; ++i)
            tasks.push_back(only_once(fmt::format(R"({{"tags":[{},{}]}})", round, i), running));
        EXPECT_EQ(submit(new_batch(std::move(tasks))).tasks.size(), MatchBook::patterns_max - 1);
    }
    EXPECT_EQ(submit(new_batch({only_once(R"({"tags":["runs"]})", running)})).created, Numbers{});
    EXPECT_EQ(submit(new_batch({only_once(R"({"tags":[0,7]})", running)})).created, Numbers{0});
}

TEST_P(Dedupe, that_asks_for_the_first_time_finds_what_was_sent_just_before)
{
    const auto [before, after] = db.together(
        new_batch({plain(R"({"customer":"a"})")}), new_batch({only_once(R"({"customer":"a"})")})
    );
    EXPECT_EQ(before.value().tasks.size(), 1);
    EXPECT_EQ(after.value().created, Numbers{});
}

INSTANTIATE_TEST_SUITE_P(Dialects, Dedupe, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::dedupe_test
