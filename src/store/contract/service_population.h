// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "store/contract/service_contract.h"

#include <fmt/format.h>

namespace sluice {

// Tests of the lists: tasks in every place where one can stand, in runs of every kind.
class ServicePopulation : public ServiceContract {
protected:
    void populate()
    {
        w = worker(1h);
        swept = end_staged();
        while (db(Sweep{}).value() > 0)
            ;
        unswept = end_staged();
        submit_mixed();
        submit_other();
        submit_interleaved();
        load_unpublished();
        Submit job = new_run(2);
        job.run.kind = RunKind::job;
        submit(job);
    }

    NewTask another_task()
    {
        static constexpr std::array names{"alpha 100%", "Alpha", "b_1", "a \"q\" \\", "näm", "b%1"};
        static constexpr std::array kinds{"build", "test", "build_all"};
        static constexpr std::array documents{
            "",
            R"({"a": 1, "c": "x"})",
            R"({"a":1.0,"b":["x",null,{"d":2}]})",
            "[1, 2]",
            R"("x")",
            R"({"a":{"b":2}, "c":"y"})",
            R"({"a":1e0})",
            R"({"c": "\u0078"})",
            R"({"n":"\u0000"})",
            R"({"big": 9007199254740993, "e": 1e300})",
            "[null]"};
        const int i = made_++;
        NewTask task = service_task();
        task.card->name = names[i % names.size()];
        task.card->kind = kinds[i % kinds.size()];
        task.timeout = std::chrono::seconds(60 + i % 2);
        if (const std::string metadata = documents[i % documents.size()]; !metadata.empty())
            task.card->metadata = metadata;
        if (i % 4 < 2)
            task.card->group = i % 4 ? "g" : "G";
        if (i % 5 == 4)
            task.card->deleted_at = from_micros(1'700'000'000'000'000 + i);
        if (i % 3)
            task.card->expected_count = i;
        return task;
    }

    std::vector<NewTask> tasks(std::size_t count)
    {
        std::vector<NewTask> all;
        for (std::size_t i = 0; i < count; ++i)
            all.push_back(another_task());
        return all;
    }

    // What a reader sees of one task after the other, newest first.
    std::vector<TaskView> all_views()
    {
        return db.read([](Reads& reads) {
            std::vector<TaskView> views;
            for (std::int64_t id = 200; id > 0; --id)
                if (auto view = reads.service().task(TaskId{id}))
                    views.push_back(std::move(*view));
            return views;
        });
    }

    std::vector<TaskView> list(ServiceReads::TaskFilter filter)
    {
        return db.read([filter](Reads& reads) { return reads.service().tasks(filter); });
    }

    static std::vector<TaskId> ids_of(const std::vector<TaskView>& views)
    {
        std::vector<TaskId> ids;
        for (const TaskView& view : views)
            ids.push_back(view.task.row.id);
        return ids;
    }

    WorkerId w;
    Submitted mixed; // one task after the other in every state
    RunId swept;     // ended as a whole
    RunId unswept;   // and live rows of it are still there
    RunId other;
    RunId interleaved; // with tasks of another run between its own
    RunId loading;

private:
    RunId stage(std::size_t count)
    {
        StageRun begin;
        begin.run.queues = {"q"};
        const RunId run = db(begin).value().run;
        add(run, count);
        return run;
    }

    void add(RunId run, std::size_t count)
    {
        StageTasks piece;
        piece.run = run;
        piece.tasks = tasks(count);
        ASSERT_TRUE(db(piece));
    }

    void publish(RunId run)
    {
        PublishRun request;
        request.run = run;
        ASSERT_TRUE(db(request));
    }

    // One task has succeeded and one was running, then all was canceled.
    RunId end_staged()
    {
        const RunId run = stage(5);
        publish(run);
        const std::vector<Leased> claimed = claim(w, 2);
        EXPECT_TRUE(succeed(claimed.at(0), w));
        EXPECT_TRUE(db(Cancel{target(run)}));
        return run;
    }

    void submit_mixed()
    {
        Submit request = new_batch(
            tasks(20), {{8, 17}, {1, 18, LinkCondition::on_failure, Unmet::skip}, {8, 19}}
        );
        request.tasks[5].retry.tries_max = 2;
        request.tasks[5].retry.delay_initial = 1h;
        request.tasks[11].run_at = clock.wall() + 1h;
        request.tasks[13].priority = -3;
        request.run.spec = R"({"kinds":["test","build"],"actions":[]})";
        mixed = submit(std::move(request));
        const std::vector<Leased> leased = claim(w, 8);
        EXPECT_TRUE(succeed(leased[0], w));
        EXPECT_TRUE(succeed(leased[1], w)); // its child is skipped
        EXPECT_TRUE(fail(leased[2], w));
        EXPECT_TRUE(fail(leased[5], w)); // is tried again later
        Claim claimed = claim_of(w, 2);
        claimed.as = Claim::As::claimed;
        EXPECT_EQ(db(claimed).value().size(), 2u);
        const std::vector<TaskId>& t = mixed.tasks;
        EXPECT_TRUE(db(Pause{target(mixed.run, {t[3], t[9], t[10], t[19]})}));
        EXPECT_TRUE(db(Cancel{target(mixed.run, {t[6]})}));
        EXPECT_TRUE(db(AddCounts{t[0], 3, 1}));
        EXPECT_TRUE(db(AddCounts{t[7], 4, 0}));
    }

    void submit_other()
    {
        Submit request = new_batch(tasks(4));
        request.run.queues = {"r"};
        request.tasks[2].priority = 7;
        other = submit(std::move(request)).run;
    }

    void submit_interleaved()
    {
        interleaved = stage(3);
        submit(new_batch(tasks(3)));
        add(interleaved, 3);
        publish(interleaved);
    }

    void load_unpublished() { loading = stage(3); }

    int made_ = 0;
};

} // namespace sluice
