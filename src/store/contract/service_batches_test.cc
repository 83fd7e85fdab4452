// SPDX-License-Identifier: Apache-2.0
// Batches as the task service shows them: what their tasks add up to.
#include "store/contract/service_population.h"
#include "store/contract/service_sums.h"

#include <algorithm>
#include <limits>
#include <set>

namespace sluice::service_batches_test {

namespace {

using Filter = ServiceReads::BatchFilter;
using Runs = std::vector<RunId>;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

BatchView sum_of(const std::vector<TaskView>& all, RunId run)
{
    return added_up<BatchView>(all, [run](const CardRow& card) { return card.run == run; });
}

} // namespace

class ServiceBatches : public ServicePopulation {
protected:
    std::optional<BatchView> batch(RunId id)
    {
        return db.read([id](Reads& reads) { return reads.service().batch(id); });
    }

    std::vector<BatchView> batches(const Filter& filter)
    {
        return db.read([filter](Reads& reads) { return reads.service().batches(filter); });
    }

    Runs found(const Filter& filter)
    {
        Runs ids;
        for (const BatchView& view : batches(filter))
            ids.push_back(view.run.id);
        return ids;
    }

    Time updated_at(RunId id) { return batch(id).value().updated_at; }
};

TEST_P(ServiceBatches, are_counted_by_the_states_that_their_tasks_show)
{
    populate();
    const std::vector<TaskView> all = all_views();

    for (const RunId run : {mixed.run, swept, unswept, other, interleaved}) {
        const BatchView view = batch(run).value();
        SCOPED_TRACE(run.value);
        EXPECT_EQ(view.run.id, run);
        expect_sums(view, sum_of(all, run));
    }
    EXPECT_EQ(batch(other)->kinds, sum_of(all, other).kinds) << "those of its tasks";
    EXPECT_EQ(batch(mixed.run)->kinds, (std::vector<std::string>{"build", "test"}))
        << "as its specification names them";
}

TEST_P(ServiceBatches, are_shown_only_when_they_are_batches_and_published)
{
    populate();
    Submit job = new_batch(1);
    job.run.kind = RunKind::job;

    EXPECT_FALSE(batch(loading));
    EXPECT_FALSE(batch(submit(job).run));
    EXPECT_FALSE(batch(RunId{4711}));
}

TEST_P(ServiceBatches, expect_nothing_as_soon_as_one_task_does)
{
    const auto of = [&](std::vector<std::optional<std::int64_t>> counts) {
        std::vector<NewTask> tasks;
        for (const auto& count : counts)
            tasks.emplace_back(service_task()).card->expected_count = count;
        return batch(submit(new_batch(std::move(tasks))).run)->expected;
    };

    EXPECT_EQ(of({1, 0, 5}), 6);
    EXPECT_EQ(of({1, std::nullopt}), std::nullopt);
    EXPECT_EQ(of({largest - 3, 3}), largest);
    EXPECT_EQ(of({largest, largest, 1}), largest) << "sums stop there";
    EXPECT_EQ(of({5'000'000'000, 7'000'000'000}), 12'000'000'000);
}

TEST_P(ServiceBatches, add_up_reports_that_do_not_fit)
{
    const Submitted run = submit(new_batch({service_task(), service_task()}));
    for (const TaskId task : run.tasks)
        ASSERT_TRUE(db(AddCounts{task, largest, largest - 1}));

    EXPECT_EQ(batch(run.run)->success, largest);
    EXPECT_EQ(batch(run.run)->failures, largest);
}

TEST_P(ServiceBatches, were_updated_when_the_last_of_their_tasks_was)
{
    const WorkerId by = worker(10h);
    NewTask twice = service_task();
    twice.retry.tries_max = 2;
    const Submitted run = submit(new_batch({service_task(), service_task(), twice}));
    const auto now = [&] { return db.store().clock().now(); };
    EXPECT_EQ(updated_at(run.run), run.created_at);

    clock.advance(1s);
    const std::vector<Leased> leased = claim(by);
    EXPECT_EQ(updated_at(run.run), now()) << "claimed";
    clock.advance(1s);
    ASSERT_TRUE(succeed(leased[0], by));
    EXPECT_EQ(updated_at(run.run), now()) << "ended";
    clock.advance(1s);
    ASSERT_TRUE(fail(leased[2], by));
    EXPECT_EQ(updated_at(run.run), now()) << "an attempt failed";
    clock.advance(1s);
    ASSERT_TRUE(db(AddCounts{run.tasks[0], 1, 0}));
    EXPECT_EQ(updated_at(run.run), now()) << "reported";
    clock.advance(1s);
    ASSERT_TRUE(db(Cancel{target(run.run)}));
    const Time end = now();
    EXPECT_EQ(updated_at(run.run), end) << "final";
    clock.advance(1s);
    EXPECT_EQ(updated_at(run.run), end);
    ASSERT_TRUE(db(AddCounts{run.tasks[1], 1, 0}));
    EXPECT_EQ(updated_at(run.run), now()) << "counts of final tasks are still added";
}

TEST_P(ServiceBatches, are_listed_newest_first_when_one_task_is_all_that_is_asked_for)
{
    populate();
    const std::vector<TaskView> all = all_views();
    std::set<RunId, std::greater<>> runs;
    for (const TaskView& view : all)
        runs.insert(view.card.run);
    const auto expected = [&](const Filter& filter) {
        Runs ids;
        for (const RunId run : runs)
            if (std::ranges::any_of(all, [&](const TaskView& view) {
                    return view.card.run == run &&
                           view.card.name.find(filter.name_part) != std::string::npos &&
                           view.card.kind.find(filter.kind_part) != std::string::npos &&
                           (!filter.state || view.task.state == *filter.state);
                }))
                ids.push_back(run);
        return ids;
    };

    for (const char* name : {"", "a", "%", "_", "näm", "nowhere"})
        for (const char* kind : {"", "build", "d_a", "none"}) {
            Filter filter;
            filter.name_part = name;
            filter.kind_part = kind;
            EXPECT_EQ(found(filter), expected(filter)) << name << " " << kind;
            for (const TaskState state : all_task_states) {
                filter.state = state;
                EXPECT_EQ(found(filter), expected(filter))
                    << name << " " << kind << " " << sluice::name(state);
            }
        }
}

TEST_P(ServiceBatches, are_listed_in_pages)
{
    Runs all;
    for (int i = 0; i < 9; ++i)
        all.insert(all.begin(), submit(new_batch({service_task()})).run);

    Runs listed;
    Filter filter;
    for (filter.limit = 4; filter.skip < 12; filter.skip += 4)
        for (const RunId id : found(filter))
            listed.push_back(id);
    EXPECT_EQ(listed, all);
    for (const std::size_t skip : {std::size_t{9}, std::numeric_limits<std::size_t>::max()}) {
        filter.skip = skip;
        EXPECT_EQ(found(filter), Runs{});
    }
}

TEST_P(ServiceBatches, are_listed_by_the_time_of_their_creation_with_both_bounds)
{
    std::vector<Submitted> made;
    for (int i = 0; i < 3; ++i) {
        made.push_back(submit(new_batch({service_task()})));
        clock.advance(1s);
    }
    Filter filter;
    filter.created_after = made[1].created_at;
    EXPECT_EQ(found(filter), (Runs{made[2].run, made[1].run}));
    filter.created_before = made[1].created_at;
    EXPECT_EQ(found(filter), Runs{made[1].run});
    filter.created_after = made[1].created_at + 1us;
    EXPECT_EQ(found(filter), Runs{});
}

INSTANTIATE_TEST_SUITE_P(Dialects, ServiceBatches, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::service_batches_test
