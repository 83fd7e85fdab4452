// SPDX-License-Identifier: Apache-2.0
// Rules that look for lists: how many different ones there may be, and which are forgotten.
#include "store/contract/rules_contract.h"

namespace sluice::rules_by_lists_test {

class RulesByLists : public Rules {
protected:
    // One at a time of those that contain its list.
    static NewTask listed(std::string_view item)
    {
        return ruled(concurrency(1, R"(["tags"])"), fmt::format(R"({{"tags":[{}]}})", item));
    }
    static Submit listed_from(std::size_t first, std::size_t count)
    {
        std::vector<NewTask> tasks;
        for (std::size_t i = first; i < first + count; ++i)
            tasks.push_back(listed(fmt::format("{}", i)));
        return new_batch(std::move(tasks));
    }
    // Asks for more lists than there may be, beside `kept` that are needed all the time.
    void ask_for_many_lists(std::size_t kept = 0)
    {
        const std::size_t room = MatchBook::patterns_max - kept;
        for (std::size_t round = 0; round < 2; ++round) {
            const Submitted batch = submit(listed_from(round * room, room));
            EXPECT_TRUE(db(Cancel{target(batch.run)}));
        }
    }
};

TEST_P(RulesByLists, forget_lists_that_no_task_needs_any_more)
{
    ask_for_many_lists();
    const Ids ids = submit(new_batch({listed("0"), listed("0")})).tasks;
    EXPECT_EQ(started(), Ids{ids[0]}) << "one that was forgotten counts again";
    EXPECT_EQ(started(), Ids{});
}

TEST_P(RulesByLists, keep_lists_that_a_task_counts_under_or_waits_by)
{
    NewTask later = listed(R"("later")");
    later.run_at = clock.wall() + 10s;
    const NewTask runs = listed(R"("runs")");
    submit(new_batch({runs, runs, runs, later, later}));
    const std::vector<Leased> first = start_all();
    ASSERT_EQ(first.size(), 1);
    ask_for_many_lists(2);

    end(first[0]);
    EXPECT_EQ(started().size(), 1) << "of the two that wait";
    clock.advance(20s);
    EXPECT_EQ(db(Tick{}).value(), 2);
    EXPECT_EQ(started().size(), 1) << "nobody was in that group before";
}

TEST_P(RulesByLists, count_again_for_a_task_that_is_retried_after_its_list_was_forgotten)
{
    const Submitted old = submit(new_batch({listed(R"("old")"), listed(R"("old")")}));
    EXPECT_TRUE(db(Cancel{target(old.run)}));
    ask_for_many_lists();
    EXPECT_TRUE(db(RetryTasks{target(old.run, old.tasks)}));
    EXPECT_EQ(started(), Ids{old.tasks[0]});
}

TEST_P(RulesByLists, refuse_one_list_more_than_tasks_may_wait_by_at_once)
{
    const Submitted batch = submit(listed_from(0, MatchBook::patterns_max));
    const Result<Submitted> refused = db(new_batch({listed(R"("more")")}));
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, Errc::conflict) << "to try again at once is in vain";
    EXPECT_EQ(
        refused.error().detail,
        R"(rules that count Running tasks of kind 'build' by tags: {"tags":["more"]} is one list )"
        "or object too many; at most 1000 different ones are accepted while tasks count under them "
        "or wait by them: use one of those, numbers or texts, or try again when tasks have ended"
    );
    submit(new_batch({listed("7"), ruled(concurrency(1, R"(["tags"])"), R"({"tags":"more"})")}));
    EXPECT_TRUE(db(Cancel{target(batch.run, {batch.tasks[0]})}));
    submit(new_batch({listed(R"("more")")}));
}

TEST_P(RulesByLists, that_one_store_forgets_are_forgotten_by_all)
{
    if (!can_be_shared())
        return;
    const std::unique_ptr<testing::Driver> other = another_store();
    const Submitted old = (*other)(new_batch({listed(R"("old")")})).value();
    EXPECT_TRUE((*other)(Cancel{target(old.run)}));
    ask_for_many_lists();
    const NewTask again = listed(R"("old")");
    const Ids ids = (*other)(new_batch({again, again})).value().tasks;
    db.store().forget_queues();
    EXPECT_EQ(started(), Ids{ids[0]});
}

INSTANTIATE_TEST_SUITE_P(Dialects, RulesByLists, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::rules_by_lists_test
