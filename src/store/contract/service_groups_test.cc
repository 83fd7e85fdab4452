// SPDX-License-Identifier: Apache-2.0
// Groups as the task service shows them: what their tasks, of whatever batch, add up to.
#include "store/contract/service_population.h"
#include "store/contract/service_sums.h"

#include <limits>

namespace sluice::service_groups_test {

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

// A group is shown as what its tasks that are not hidden add up to.
GroupView sum_of(const std::vector<TaskView>& all, const std::string& group)
{
    return added_up<GroupView>(all, [&](const CardRow& card) {
        return card.group == group && !card.deleted_at;
    });
}

} // namespace

class ServiceGroups : public ServicePopulation {
protected:
    GroupView group(const std::string& id)
    {
        return db.read([&](Reads& reads) { return reads.service().group(id); }).value();
    }

    static NewTask in_group(std::optional<std::int64_t> expected = {})
    {
        NewTask task = service_task();
        task.card->group = "new";
        task.card->expected_count = expected;
        return task;
    }
};

TEST_P(ServiceGroups, add_up_what_their_tasks_say)
{
    populate();
    const std::vector<TaskView> all = all_views();
    for (const std::string id : {"g", "G"}) {
        const GroupView shown = group(id);
        const GroupView sum = sum_of(all, id);
        SCOPED_TRACE(id);
        EXPECT_EQ(shown.id, id);
        expect_sums(shown, sum);
        EXPECT_EQ(shown.kinds, sum.kinds);
    }
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.service().group("unknown"); }));
}

TEST_P(ServiceGroups, have_counts_of_zero_before_the_first_report)
{
    submit(new_batch(std::vector<NewTask>{in_group(5), in_group(6)}));
    const GroupView shown = group("new");
    EXPECT_EQ(shown.success, 0);
    EXPECT_EQ(shown.failures, 0);
    EXPECT_EQ(shown.expected, 11);
}

TEST_P(ServiceGroups, have_exact_sums_which_stop_at_the_largest_number)
{
    constexpr std::int64_t odd = (std::int64_t{1} << 53) + 1; // no double has this value
    const Submitted made = submit(new_batch(std::vector<NewTask>{in_group(odd), in_group(0)}));
    ASSERT_TRUE(db(AddCounts{made.tasks[0], odd, 1}));
    EXPECT_EQ(group("new").success, odd);
    EXPECT_EQ(group("new").failures, 1);
    EXPECT_EQ(group("new").expected, odd);
    ASSERT_TRUE(db(AddCounts{made.tasks[1], largest, largest}));
    EXPECT_EQ(group("new").success, largest);
    EXPECT_EQ(group("new").failures, largest);
}

TEST_P(ServiceGroups, are_listed_while_one_of_their_tasks_is_shown)
{
    const auto ids = [&] {
        return db.read([](Reads& reads) { return reads.service().group_ids(0, 10); });
    };
    NewTask other = in_group();
    other.card->group = "old";
    submit(new_batch(std::vector<NewTask>{other}));
    const Submitted made = submit(new_batch(std::vector<NewTask>{in_group(), in_group()}));
    EXPECT_EQ(ids(), (std::vector<std::string>{"new", "old"}));
    ASSERT_TRUE(db(Cancel{target(made.run)}));
    ASSERT_TRUE(db(HideTask{made.tasks[1], made.run, true, ""}));
    EXPECT_EQ(ids(), (std::vector<std::string>{"new", "old"}));
    ASSERT_TRUE(db(HideTask{made.tasks[0], made.run, true, ""}));
    EXPECT_EQ(ids(), (std::vector<std::string>{"old"}));
}

INSTANTIATE_TEST_SUITE_P(Dialects, ServiceGroups, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::service_groups_test
