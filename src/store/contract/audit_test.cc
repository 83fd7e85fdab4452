// SPDX-License-Identifier: Apache-2.0
// The audit: each action of a user leaves a line, which outlives what it is about.
#include "store/audit_search.h"
#include "store/contract/service_contract.h"

#include <fmt/format.h>

namespace sluice::audit_test {

class Audit : public ServiceContract {
protected:
    using Words = std::vector<std::string>;
    using Filter = ServiceReads::AuditFilter;

    Audit() : w(worker(1h)) {}

    ServiceReads::AuditPage page(const Filter& filter)
    {
        return db.read([filter](Reads& reads) { return reads.service().audit(filter); });
    }

    // "action object by actor", the oldest first.
    Words lines(Filter filter = {})
    {
        filter.limit = 1000;
        Words words;
        for (const EventRow& line : page(filter).events)
            words.insert(
                words.begin(), fmt::format("{} {} by {}", line.kind, object_of(line), line.actor)
            );
        return words;
    }

    Submitted submit_by(std::string actor, std::size_t tasks = 1)
    {
        Submit request = new_batch(std::vector<NewTask>(tasks, service_task()));
        request.run.actor = std::move(actor);
        return submit(std::move(request));
    }

    Target by(std::string actor, RunId run, std::vector<TaskId> tasks = {})
    {
        Target target{run, std::move(tasks), std::move(actor), ""};
        return target;
    }

    void report_success(const Leased& task, std::string actor)
    {
        UpdateTask update = update_of(task);
        update.end = TaskState::succeeded;
        update.actor = std::move(actor);
        EXPECT_TRUE(db(update));
    }

    WorkerId w;
};

TEST_P(Audit, has_a_line_for_each_action)
{
    const Submitted batch = submit_by("ada", 2);
    const Leased task = claim_for_target(w);
    EXPECT_TRUE(accept(task, w));
    UpdateTask edit = update_of(task);
    edit.actor = "bob";
    edit.priority = 3;
    EXPECT_TRUE(db(edit));
    EXPECT_TRUE(db(Pause{by("bob", batch.run, {task.task})}));
    EXPECT_TRUE(db(Resume{by("bob", batch.run, {task.task})}));
    report_success(task, "handle");
    EXPECT_TRUE(db(SetRules{batch.run, "build", "[]", "ada"}));
    EXPECT_TRUE(db(Cancel{by("ada", batch.run)}));
    EXPECT_TRUE(db(RetryTasks{by("ada", batch.run, {batch.tasks[1]})}));
    EXPECT_TRUE(db(HideTask{task.task, batch.run, true, "eve"}));
    EXPECT_TRUE(db(HideTask{task.task, batch.run, false, "eve"}));
    EXPECT_TRUE(db(RecordEvent{"pause", "ada", "group", "tuesday", ""}));
    EXPECT_TRUE(db(CreateKey{"ci", "hash", KeyRole::write, "root"}));
    EXPECT_TRUE(db(RevokeKey{"ci", "root"}));
    EXPECT_EQ(
        lines(),
        (Words{
            "submit batch by ada", "edit task by bob", "pause task by bob", "resume task by bob",
            "report task by handle", "rules batch by ada", "cancel batch by ada",
            "retry task by ada", "delete task by eve", "restore task by eve", "pause group by ada",
            "create key by root", "revoke key by root"})
    );
}

TEST_P(Audit, has_a_line_for_what_is_done_to_jobs)
{
    Submit request = new_run(1);
    request.run.kind = RunKind::job;
    request.run.actor = "ada";
    const Submitted job = submit(std::move(request));
    EXPECT_TRUE(db(Cancel{by("bob", job.run)}));
    EXPECT_TRUE(db(DeleteRun{job.run, "eve"}));
    EXPECT_EQ(lines(), (Words{"submit job by ada", "cancel job by bob", "delete job by eve"}));
    const std::vector<EventRow> newest_first = page({}).events;
    for (const EventRow& line : newest_first)
        EXPECT_EQ(line.run_created_at, job.created_at) << "its public id can still be told";
}

TEST_P(Audit, has_no_line_for_what_was_refused_and_for_mere_signs_of_life)
{
    const Leased task = running(w);
    EXPECT_TRUE(db(update_of(task)));
    EXPECT_TRUE(db(AddCounts{task.task, 1, 0}));
    UpdateTask counts = update_of(task);
    counts.success = 1;
    EXPECT_TRUE(db(counts));
    report_success(task, "");
    UpdateTask late = update_of(task);
    late.end = TaskState::succeeded;
    EXPECT_FALSE(db(late));
    EXPECT_FALSE(db(Cancel{by("ada", task.run, {task.task})}));
    EXPECT_FALSE(db(RevokeKey{"nobody", "ada"}));
    EXPECT_EQ(lines(), (Words{"submit batch by ", "report task by "}));
}

TEST_P(Audit, of_a_large_submission_begins_when_it_is_published)
{
    StageRun begin;
    begin.run.kind = RunKind::batch;
    begin.run.queues = {"q"};
    begin.run.actor = "ada";
    StageTasks piece;
    piece.run = db(begin).value().run;
    piece.tasks = {service_task(), service_task()};
    ASSERT_TRUE(db(piece));
    EXPECT_EQ(lines(), Words{});
    PublishRun publish;
    publish.run = piece.run;
    publish.actor = "ada";
    ASSERT_TRUE(db(publish));
    ASSERT_EQ(lines(), Words{"submit batch by ada"});
    EXPECT_EQ(page({}).events[0].detail, "2 tasks");
}

TEST_P(Audit, is_listed_newest_first_in_pages)
{
    for (int i = 0; i < 7; ++i) {
        EXPECT_TRUE(db(RecordEvent{"pause", "ada", "group", fmt::format("{}", i), ""}));
        clock.advance(i % 2 == 0 ? 0us : 1us);
    }
    std::string found;
    Filter filter;
    filter.limit = 3;
    for (std::optional<std::int64_t> next = 0; next;) {
        filter.cursor = *next;
        const ServiceReads::AuditPage one = page(filter);
        for (const EventRow& line : one.events)
            found += line.object_id;
        next = one.next_cursor;
    }
    EXPECT_EQ(found, "6543210");
    filter.cursor = 1'000'000;
    EXPECT_TRUE(page(filter).events.empty()) << "there is no such line";
}

TEST_P(Audit, is_found_by_everything_that_a_line_says)
{
    const Submitted first = submit_by("ada", 2);
    const Time then = db.store().clock().now();
    clock.advance(1s);
    const Submitted second = submit_by("bob");
    EXPECT_TRUE(db(Cancel{by("ada", first.run, {first.tasks[0]})}));
    EXPECT_TRUE(db(Cancel{by("", second.run)}));
    EXPECT_TRUE(db(RecordEvent{"pause", "ada", "group", "g", ""}));

    Filter filter;
    filter.actor = "ada";
    EXPECT_EQ(
        lines(filter), (Words{"submit batch by ada", "cancel task by ada", "pause group by ada"})
    );
    filter.action = "cancel";
    EXPECT_EQ(lines(filter), Words{"cancel task by ada"});
    filter = {};
    filter.actor = "";
    EXPECT_EQ(lines(filter), Words{"cancel batch by "});
    filter = {};
    filter.object = "batch";
    EXPECT_EQ(
        lines(filter), (Words{"submit batch by ada", "submit batch by bob", "cancel batch by "})
    );
    filter.run = second.run;
    EXPECT_EQ(lines(filter), (Words{"submit batch by bob", "cancel batch by "}));
    filter = {};
    filter.task = first.tasks[0];
    EXPECT_EQ(lines(filter), Words{"cancel task by ada"});
    filter.task = first.tasks[1];
    EXPECT_EQ(lines(filter), Words{});
    filter = {};
    filter.object = "group";
    filter.object_id = "g";
    EXPECT_EQ(lines(filter), Words{"pause group by ada"});
    filter.object_id = "h";
    EXPECT_EQ(lines(filter), Words{});
    filter = {};
    filter.before = then;
    EXPECT_EQ(lines(filter), Words{"submit batch by ada"});
    filter = {};
    filter.after = then + 1us;
    EXPECT_EQ(lines(filter).size(), 4u);
    filter.action = "submit";
    EXPECT_EQ(lines(filter), Words{"submit batch by bob"});
    filter.action = "report";
    EXPECT_EQ(lines(filter), Words{});
}

TEST_P(Audit, names_the_delivery_that_was_sent_again)
{
    const Leased task = running(w, service_task({.success = 1}));
    report_success(task, "");
    const OwedDelivery owed = take_owed(w).at(0);
    EXPECT_TRUE(db(end_of(owed, w, DeliveryStatus::dead)));
    EXPECT_EQ(db(Redeliver{{owed.row.id}, "ada"}).value(), 1u);
    Filter filter;
    filter.object = "delivery";
    const std::vector<EventRow> found = page(filter).events;
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].object_id, std::to_string(owed.row.id.value));
    EXPECT_EQ(found[0].task, task.task);
    EXPECT_TRUE(found[0].run_created_at);
}

TEST_P(Audit, is_pruned_from_its_oldest_line_on)
{
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(db(RecordEvent{"pause", "ada", "group", fmt::format("{}", i), ""}));
        clock.advance(1s);
    }
    const Time before = page({}).events[1].at; // of the fourth
    EXPECT_EQ(db(PruneEvents{before, 2}).value(), 2u);
    EXPECT_EQ(page({}).events.size(), 3u);
    EXPECT_EQ(db(PruneEvents{before, 2}).value(), 1u);
    EXPECT_EQ(db(PruneEvents{before, 2}).value(), 0u);
    const std::vector<EventRow> left = page({}).events;
    ASSERT_EQ(left.size(), 2u);
    EXPECT_EQ(left[1].object_id, "3");
}

INSTANTIATE_TEST_SUITE_P(Dialects, Audit, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::audit_test
