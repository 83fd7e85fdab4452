// SPDX-License-Identifier: Apache-2.0
// The tasks that the task service shows, one by one and in lists.
#include "model/json/json_contains.h"
#include "store/contract/service_population.h"

#include <limits>

namespace sluice::service_reads_test {

namespace {

using Filter = ServiceReads::TaskFilter;
using Ids = std::vector<TaskId>;

// What a list shows, as its filter is documented.
bool is_asked_for(const TaskView& view, const Filter& filter)
{
    const CardRow& card = view.card;
    const Json metadata = parse_json(card.metadata.value_or("null")).value();
    return card.name.find(filter.name_part) != std::string::npos &&
           card.kind.find(filter.kind_part) != std::string::npos &&
           (!filter.state || view.task.state == *filter.state) &&
           (!filter.timeout || view.task.row.timeout == filter.timeout) &&
           (!filter.metadata || contains(metadata, *filter.metadata)) &&
           (!filter.run || card.run == *filter.run) &&
           (!filter.group || card.group == filter.group) &&
           card.deleted_at.has_value() == filter.deleted &&
           (!filter.before || card.task < filter.before);
}

Ids expected(const std::vector<TaskView>& all, const Filter& filter)
{
    Ids ids;
    std::size_t skip = filter.skip;
    for (const TaskView& view : all) {
        if (!is_asked_for(view, filter))
            continue;
        if (skip > 0)
            --skip;
        else if (ids.size() < filter.limit)
            ids.push_back(view.card.task);
    }
    return ids;
}

Json json(const char* text)
{
    return parse_json(text).value();
}

} // namespace

class ServiceLists : public ServicePopulation {
protected:
    Filter random_filter(SeededRandom& random)
    {
        static constexpr std::array parts{"a", "%", "_", "\\", "Alpha", "\"", "nowhere"};
        static constexpr std::array documents{"null",         "{}",         R"({"a":1})",
                                              R"({"c":"x"})", "1",          R"(["x"])",
                                              R"({"b":[]})",  "[]",         R"({"n":"\u0000"})",
                                              R"({"a":{}})",  R"({"a":2})", R"({"e":1e300})"};
        const auto below = [&](std::size_t bound) { return random.next() % bound; };
        const auto chance = [&](std::size_t in) { return below(in) == 0; };
        const auto any = [&](const auto& of) { return of[below(of.size())]; };
        Filter filter;
        if (chance(4))
            filter.name_part = any(parts);
        if (chance(6))
            filter.kind_part = chance(2) ? "build" : "test";
        if (chance(2))
            filter.state = any(all_task_states);
        if (chance(6))
            filter.timeout = 61s;
        if (chance(5))
            filter.metadata = json(any(documents));
        if (chance(4))
            filter.run = any(std::array{mixed.run, swept, unswept, other, interleaved, loading});
        if (chance(4))
            filter.group = chance(2) ? "g" : "G";
        filter.deleted = chance(4);
        if (chance(4))
            filter.before = TaskId{static_cast<std::int64_t>(below(70)) + 1};
        if (chance(4))
            filter.skip = below(6);
        filter.limit = chance(3) ? 3 : 50;
        return filter;
    }

    static std::string words(const Filter& filter)
    {
        return fmt::format(
            "name '{}' kind '{}' state {} timeout {} metadata {} run {} group {} deleted {} before "
            "{} skip {} limit {}",
            filter.name_part, filter.kind_part, filter.state ? name(*filter.state) : "any",
            filter.timeout.has_value(), filter.metadata ? dump_json(*filter.metadata) : "any",
            filter.run.value_or(RunId{}).value, filter.group.value_or("any"), filter.deleted,
            filter.before.value, filter.skip, filter.limit
        );
    }

    Ids of_state(TaskState state, RunId run)
    {
        Ids ids;
        for (const bool deleted : {false, true}) {
            Filter filter;
            filter.state = state;
            filter.run = run;
            filter.deleted = deleted;
            for (const TaskId id : ids_of(list(filter)))
                ids.push_back(id);
        }
        std::ranges::sort(ids);
        return ids;
    }
};

TEST_P(ServiceLists, show_each_task_in_the_state_that_its_rows_say)
{
    populate();
    const Ids& t = mixed.tasks;

    EXPECT_EQ(of_state(TaskState::waiting, mixed.run), Ids{t[17]});
    EXPECT_EQ(
        of_state(TaskState::pending, mixed.run),
        (Ids{t[5], t[11], t[12], t[13], t[14], t[15], t[16]})
    );
    EXPECT_EQ(of_state(TaskState::claimed, mixed.run), Ids{t[8]});
    EXPECT_EQ(of_state(TaskState::running, mixed.run), (Ids{t[4], t[7]}));
    EXPECT_EQ(of_state(TaskState::paused, mixed.run), (Ids{t[3], t[9], t[10], t[19]}));
    EXPECT_EQ(of_state(TaskState::succeeded, mixed.run), (Ids{t[0], t[1]}));
    EXPECT_EQ(of_state(TaskState::failed, mixed.run), Ids{t[2]});
    EXPECT_EQ(of_state(TaskState::canceled, mixed.run), Ids{t[6]});
    EXPECT_EQ(of_state(TaskState::skipped, mixed.run), Ids{t[18]});
    for (const RunId run : {swept, unswept}) {
        EXPECT_EQ(of_state(TaskState::succeeded, run).size(), 1u);
        EXPECT_EQ(of_state(TaskState::canceled, run).size(), 4u) << "swept or not";
        EXPECT_EQ(of_state(TaskState::pending, run), Ids{}) << "also while its rows still live";
    }
}

TEST_P(ServiceLists, hold_what_is_asked_for_newest_first)
{
    populate();
    const std::vector<TaskView> all = all_views();
    ASSERT_EQ(all.size(), 43u) << "not those of a run that is loading, nor of jobs";
    const std::uint64_t seed = 20260101;
    SeededRandom random(seed);
    std::size_t found = 0;

    for (int i = 0; i < 1500; ++i) {
        const Filter filter = random_filter(random);
        const Ids ids = ids_of(list(filter));
        ASSERT_EQ(ids, expected(all, filter))
            << "seed " << seed << ", try " << i << ": " << words(filter);
        found += ids.size();
    }
    EXPECT_GT(found, 1000u) << "filters that find nothing show nothing";
}

TEST_P(ServiceLists, show_the_same_of_a_task_as_it_does_alone)
{
    populate();
    const std::vector<TaskView> listed = list({});

    ASSERT_FALSE(listed.empty());
    for (const TaskView& view : listed) {
        const TaskView alone = this->view(view.task.row.id);
        const Reads::Task same = task(view.task.row.id);
        EXPECT_EQ(view.card, alone.card);
        EXPECT_EQ(view.progress, alone.progress);
        EXPECT_EQ(view.run_created_at, alone.run_created_at);
        EXPECT_EQ(view.task.state, same.state);
        EXPECT_EQ(view.task.place, same.place);
        EXPECT_EQ(view.task.row.payload, same.row.payload);
        EXPECT_EQ(view.task.row.timeout, same.row.timeout);
        EXPECT_EQ(view.task.worker_name, same.worker_name);
        EXPECT_EQ(view.task.need.has_value(), same.need.has_value());
        ASSERT_EQ(view.task.lease.has_value(), same.lease.has_value());
        if (same.lease) {
            EXPECT_EQ(view.task.lease->place, same.lease->place);
            EXPECT_EQ(view.task.lease->started_at, same.lease->started_at);
            EXPECT_EQ(view.task.lease->expires_at, same.lease->expires_at);
            EXPECT_EQ(view.task.lease->paused_left, same.lease->paused_left);
        }
        ASSERT_EQ(view.task.done.has_value(), same.done.has_value());
        if (same.done) {
            EXPECT_EQ(view.task.done->attempt, same.done->attempt);
            EXPECT_EQ(view.task.done->finished_at, same.done->finished_at);
            EXPECT_EQ(view.task.done->result, same.done->result);
            EXPECT_EQ(view.task.done->error, same.done->error);
        }
    }
}

TEST_P(ServiceLists, go_on_behind_the_last_task_of_a_page)
{
    populate();
    const Ids all = ids_of(list({}));

    Ids by_task, by_number;
    Filter filter;
    filter.limit = 7;
    for (;;) {
        const Ids page = ids_of(list(filter));
        if (page.empty())
            break;
        by_task.insert(by_task.end(), page.begin(), page.end());
        filter.before = page.back();
    }
    filter.before = TaskId{};
    for (;; filter.skip += filter.limit) {
        const Ids page = ids_of(list(filter));
        if (page.empty())
            break;
        by_number.insert(by_number.end(), page.begin(), page.end());
    }
    EXPECT_EQ(by_task, all);
    EXPECT_EQ(by_number, all);
}

TEST_P(ServiceLists, are_empty_beyond_the_end)
{
    EXPECT_TRUE(list({}).empty());
    populate();

    Filter filter;
    for (const std::size_t skip :
         {std::size_t{100}, std::size_t{1} << 40, std::numeric_limits<std::size_t>::max()}) {
        filter.skip = skip;
        EXPECT_TRUE(list(filter).empty()) << skip;
    }
    filter.skip = 0;
    filter.limit = 0;
    EXPECT_TRUE(list(filter).empty());
    filter.limit = 50;
    filter.run = RunId{4711};
    EXPECT_TRUE(list(filter).empty()) << "there is no such batch";
    filter.run = loading;
    EXPECT_TRUE(list(filter).empty()) << "nobody sees it yet";
}

TEST_P(ServiceLists, find_numbers_in_metadata_by_their_value)
{
    const auto with = [&](const char* metadata) {
        NewTask task = service_task();
        task.card->metadata = metadata;
        return task;
    };
    const Submitted run = submit(new_batch(
        {with(R"({"n":100})"), with(R"({"n":100.0})"), with(R"({"n":1e2})"),
         with(R"({"n":1.0E+2})"), with(R"({"n":-100})"), with(R"({"n":9007199254740993})"),
         with(R"({"n":1e3})")}
    ));
    const auto found = [&](const char* text) {
        Filter filter;
        filter.metadata = json(text);
        Ids ids = ids_of(list(filter));
        std::ranges::reverse(ids);
        return ids;
    };
    const Ids& t = run.tasks;

    EXPECT_EQ(found(R"({"n":100})"), (Ids{t[0], t[1], t[2], t[3]}));
    EXPECT_EQ(found(R"({"n":1e2})"), (Ids{t[0], t[1], t[2], t[3]}));
    EXPECT_EQ(found(R"({"n":-100.0})"), Ids{t[4]});
    EXPECT_EQ(found(R"({"n":9007199254740993})"), Ids{t[5]});
    EXPECT_EQ(found(R"({"n":9007199254740992})"), Ids{});
}

TEST_P(ServiceLists, leave_no_gap_among_thousands_of_tasks)
{
    std::vector<NewTask> many(3000, service_task());
    for (std::size_t i = 0; i < many.size(); ++i) {
        many[i].priority = static_cast<int>(i % 3);
        many[i].card->name = i % 500 ? "name" : "rare";
        if (i % 7 == 0)
            many[i].card->group = "seventh";
    }
    const Submitted run = submit(new_batch(std::move(many)));
    const auto every = [&](std::size_t step) {
        Ids ids;
        for (std::size_t i = 0; i < run.tasks.size(); i += step)
            ids.insert(ids.begin(), run.tasks[i]);
        return ids;
    };
    Filter filter;
    filter.limit = 5000;

    EXPECT_EQ(ids_of(list(filter)), every(1));
    filter.state = TaskState::pending;
    EXPECT_EQ(ids_of(list(filter)), every(1));
    filter.group = "seventh";
    EXPECT_EQ(ids_of(list(filter)), every(7));
    filter.name_part = "rar";
    EXPECT_EQ(ids_of(list(filter)), every(3500));
    filter.group.reset();
    EXPECT_EQ(ids_of(list(filter)), every(500));
    filter.state.reset();
    EXPECT_EQ(ids_of(list(filter)), every(500));
    EXPECT_EQ(
        db.read([&](Reads& reads) {
              return reads.service().run_tasks(run.run, run.tasks[10], 5000);
          }).size(),
        2989u
    );
}

TEST_P(ServiceLists, a_task_is_shown_with_its_reports_and_the_documents_of_its_batch)
{
    populate();
    const TaskView view = this->view(mixed.tasks[0]);

    ASSERT_TRUE(view.progress);
    EXPECT_EQ(view.progress->success, 3);
    EXPECT_EQ(view.progress->failures, 1);
    EXPECT_EQ(view.spec, R"({"kinds":["test","build"],"actions":[]})");
    EXPECT_EQ(view.run_created_at, mixed.created_at);
    EXPECT_FALSE(this->view(mixed.tasks[2]).progress) << "nothing was reported of it";
    EXPECT_TRUE(this->view(mixed.tasks[4]).card.deleted_at) << "deleted, but to be found";
}

TEST_P(ServiceLists, know_the_batch_of_a_task)
{
    populate();
    const auto run_of = [&](TaskId id) {
        return db.read([id](Reads& reads) { return reads.service().run_of(id); });
    };
    const Submitted job = submit([] {
        Submit request = new_batch(1);
        request.run.kind = RunKind::job;
        return request;
    }());

    EXPECT_EQ(run_of(mixed.tasks[4]), mixed.run);
    EXPECT_EQ(run_of(job.tasks[0]), std::nullopt);
    EXPECT_EQ(run_of(TaskId{4711}), std::nullopt);
    for (std::int64_t id = 1; id < job.tasks[0].value; ++id)
        EXPECT_NE(run_of(TaskId{id}), loading);
}

TEST_P(ServiceLists, give_a_graph_in_pages)
{
    populate();
    const auto tasks_of = [&](RunId run, TaskId after, std::size_t limit) {
        return ids_of(db.read([=](Reads& reads) {
            return reads.service().run_tasks(run, after, limit);
        }));
    };
    const auto links_of = [&](RunId run, TaskId after, std::size_t limit) {
        std::vector<std::pair<TaskId, TaskId>> pairs;
        for (const LinkRow& link :
             db.read([=](Reads& reads) { return reads.service().run_links(run, after, limit); }))
            pairs.emplace_back(link.parent, link.child);
        return pairs;
    };
    const Ids& t = mixed.tasks;
    using Pairs = std::vector<std::pair<TaskId, TaskId>>;

    EXPECT_EQ(tasks_of(mixed.run, {}, 100), t) << "also those that are deleted";
    EXPECT_EQ(tasks_of(mixed.run, t[16], 2), (Ids{t[17], t[18]}));
    EXPECT_EQ(tasks_of(mixed.run, t[19], 2), Ids{});
    EXPECT_EQ(tasks_of(interleaved, {}, 100).size(), 6u);
    EXPECT_EQ(tasks_of(loading, {}, 100), Ids{});
    EXPECT_EQ(links_of(mixed.run, {}, 100), (Pairs{{t[1], t[18]}, {t[8], t[17]}, {t[8], t[19]}}));
    EXPECT_EQ(links_of(mixed.run, {}, 1), (Pairs{{t[1], t[18]}}));
    EXPECT_EQ(links_of(mixed.run, t[1], 1), (Pairs{{t[8], t[17]}, {t[8], t[19]}}))
        << "a page ends behind a whole parent";
    EXPECT_EQ(links_of(mixed.run, t[8], 1), Pairs{});
    EXPECT_EQ(links_of(other, {}, 100), Pairs{});
}

TEST_P(ServiceLists, end_a_page_of_links_with_the_parent_that_fills_it)
{
    const Submitted made = submit(
        new_batch(std::vector<NewTask>(4, service_task()), {{0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}})
    );
    const auto parents_of = [&](TaskId after, std::size_t limit) {
        Ids parents;
        for (const LinkRow& link : db.read([=, run = made.run](Reads& reads) {
                 return reads.service().run_links(run, after, limit);
             }))
            parents.push_back(link.parent);
        return parents;
    };
    const Ids& t = made.tasks;

    EXPECT_EQ(parents_of({}, 2), (Ids{t[0], t[0]})) << "links are counted, not parents";
    EXPECT_EQ(parents_of({}, 3), (Ids{t[0], t[0], t[1], t[1]})) << "all links of a parent";
    EXPECT_EQ(parents_of(t[0], 2), (Ids{t[1], t[1]}));
    EXPECT_EQ(parents_of(t[1], 2), Ids{t[2]});
}

INSTANTIATE_TEST_SUITE_P(Dialects, ServiceLists, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::service_reads_test
