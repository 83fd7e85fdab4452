// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::outputs_test {

class Outputs : public StoreContract {
protected:
    Submitted submit_job(std::size_t tasks, int tries_max = 2)
    {
        std::vector<NewTask> datums(tasks, new_task());
        for (NewTask& datum : datums)
            datum.retry.tries_max = tries_max;
        Submit request = new_run(datums);
        request.run.kind = RunKind::job;
        return submit(request);
    }

    static RegisterOutputs
    announce(const Leased& task, WorkerId worker, std::vector<std::string> paths)
    {
        return {task.task, task.run, task.attempt, worker, std::move(paths)};
    }
    static OutputsUploaded
    uploaded(const Leased& task, WorkerId worker, std::vector<std::string> paths)
    {
        return {task.task, task.run, task.attempt, worker, std::move(paths)};
    }

    std::vector<std::string> outputs(RunId run)
    {
        std::vector<std::string> lines;
        for (const OutputRow& row :
             db.read([run](Reads& reads) { return reads.outputs(run, TaskId{}); }))
            lines.push_back(
                fmt::format("{} {} {}", row.path, row.attempt, static_cast<int>(row.state))
            );
        return lines;
    }
    using Lines = std::vector<std::string>;
};

TEST_P(Outputs, are_registered_then_uploaded_then_kept_by_success)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(1);
    const Leased task = claim_one(w);

    const Result<OutputsRegistered> reply = db(announce(task, w, {"b", "a"}));

    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->stale.empty());
    EXPECT_EQ(reply->outputs.size(), 2u);
    EXPECT_EQ(outputs(job.run), (Lines{"a 1 0", "b 1 0"}));
    EXPECT_TRUE(db(uploaded(task, w, {"a"})));
    EXPECT_EQ(outputs(job.run), (Lines{"a 1 1", "b 1 0"}));
    EXPECT_TRUE(db(uploaded(task, w, {"b", "a"})));
    ASSERT_TRUE(succeed(task, w));
    EXPECT_EQ(outputs(job.run), (Lines{"a 1 1", "b 1 1"}));
}

TEST_P(Outputs, may_be_registered_again_by_the_same_attempt_if_they_are_the_same)
{
    const WorkerId w = worker();
    submit_job(1);
    const Leased task = claim_one(w);
    ASSERT_TRUE(db(announce(task, w, {"a", "b"})));

    EXPECT_EQ(db(announce(task, w, {"b", "a"}))->outputs.size(), 2u);
    EXPECT_EQ(db(announce(task, w, {"a"})).error().code, Errc::conflict);
    EXPECT_EQ(db(announce(task, w, {"a", "b", "c"})).error().code, Errc::conflict);
}

TEST_P(Outputs, of_nothing_are_no_rows)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(1);
    const Leased task = claim_one(w);

    EXPECT_TRUE(db(announce(task, w, {}))->outputs.empty());
    EXPECT_TRUE(db(uploaded(task, w, {})));
    EXPECT_TRUE(outputs(job.run).empty());
}

TEST_P(Outputs, that_clash_name_the_datum_which_owns_the_path)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(2);
    const std::vector<Leased> tasks = claim(w);
    ASSERT_TRUE(db(announce(tasks[0], w, {"x", "same"})));

    const Result<OutputsRegistered> clash = db(announce(tasks[1], w, {"same", "y"}));

    ASSERT_FALSE(clash);
    EXPECT_EQ(clash.error().code, Errc::conflict);
    EXPECT_EQ(
        clash.error().detail,
        "output 'same' was already written by datum " +
            format_uid(db.store().uid(UidKind::task, job.created_at, tasks[0].task.value))
    );
    EXPECT_EQ(outputs(job.run).size(), 2u) << "nothing of the second was registered";
}

TEST_P(Outputs, that_clash_in_one_group_belong_to_the_first)
{
    const WorkerId w = worker();
    submit_job(2);
    const std::vector<Leased> tasks = claim(w);

    const auto [one, two] =
        db.together(announce(tasks[0], w, {"same"}), announce(tasks[1], w, {"same"}));

    EXPECT_TRUE(one);
    EXPECT_EQ(two.error().code, Errc::conflict);
}

TEST_P(Outputs, of_two_runs_do_not_clash)
{
    const WorkerId w = worker();
    submit_job(1);
    submit_job(1);
    for (const Leased& task : claim(w))
        EXPECT_TRUE(db(announce(task, w, {"same"})));
}

TEST_P(Outputs, of_a_failed_attempt_are_removed_before_the_next_one_writes)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(1);
    const Leased first_attempt = claim_one(w);
    ASSERT_TRUE(db(announce(first_attempt, w, {"a", "b"})));
    ASSERT_TRUE(db(uploaded(first_attempt, w, {"a"})));
    db.take_changes();
    ASSERT_TRUE(fail(first_attempt, w));
    bool told = false;
    for (const Changes& changes : db.take_changes())
        told = told || changes.doomed_outputs;
    EXPECT_TRUE(told);
    EXPECT_EQ(outputs(job.run), (Lines{"a 1 2", "b 1 2"}));

    const Leased second = claim_one(w);
    const Result<OutputsRegistered> blocked = db(announce(second, w, {"a", "c"}));
    ASSERT_TRUE(blocked);
    EXPECT_TRUE(blocked->outputs.empty());
    ASSERT_EQ(blocked->stale.size(), 2u);

    EXPECT_TRUE(db(OutputsRemoved{blocked->stale}));
    EXPECT_EQ(db(announce(second, w, {"a", "c"}))->outputs.size(), 2u);
    EXPECT_EQ(outputs(job.run), (Lines{"a 2 0", "c 2 0"}));
    EXPECT_TRUE(db(OutputsRemoved{blocked->stale})) << "removing late";
    EXPECT_EQ(outputs(job.run), (Lines{"a 2 0", "c 2 0"})) << "harms no newer attempt";
}

TEST_P(Outputs, of_a_failed_datum_block_others_until_they_are_removed)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(2, 1);
    const std::vector<Leased> tasks = claim(w);
    ASSERT_TRUE(db(announce(tasks[0], w, {"same"})));
    ASSERT_TRUE(fail(tasks[0], w));

    EXPECT_EQ(db(announce(tasks[1], w, {"same"})).error().code, Errc::unavailable);
    const TaskId owner = tasks[0].task;
    const auto rows = db.read([&](Reads& reads) { return reads.outputs(job.run, owner); });
    ASSERT_TRUE(db(OutputsRemoved{rows}));
    EXPECT_TRUE(db(announce(tasks[1], w, {"same"})));
}

TEST_P(Outputs, that_another_process_removes_by_now_are_not_forgotten)
{
    const WorkerId w = worker();
    submit_job(1);
    const Leased task = claim_one(w);
    ASSERT_TRUE(db(announce(task, w, {"a"})));
    ASSERT_TRUE(fail(task, w));
    const std::vector<OutputRow> slow = db(TakeDoomed{}).value().rows;
    ASSERT_EQ(slow.size(), 1u);
    clock.advance(61s);
    const std::vector<OutputRow> taken = db(TakeDoomed{}).value().rows;
    ASSERT_EQ(taken.size(), 1u);

    EXPECT_TRUE(db(OutputsRemoved{slow}));
    EXPECT_EQ(outputs(task.run), (Lines{"a 1 2"}));
    EXPECT_TRUE(db(OutputsRemoved{taken}));
    EXPECT_EQ(outputs(task.run), Lines());
}

TEST_P(Outputs, are_doomed_however_their_attempt_ends_without_success)
{
    const WorkerId w = worker(1s);
    const Submitted job = submit_job(4);
    const std::vector<Leased> tasks = claim(w);
    for (const Leased& task : tasks)
        ASSERT_TRUE(db(announce(task, w, {std::to_string(task.task.value)})));

    ASSERT_TRUE(db(giving_back(tasks[0], w)));
    ASSERT_TRUE(db(Cancel{target(job.run, {tasks[1].task})}));
    clock.advance(10s);
    ASSERT_EQ(db(Rescue{}).value(), 2u);

    for (const std::string& line : outputs(job.run))
        EXPECT_TRUE(line.ends_with(" 1 2")) << line;
}

TEST_P(Outputs, of_a_canceled_job_are_doomed)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(1);
    ASSERT_TRUE(db(announce(claim_one(w), w, {"a"})));

    ASSERT_TRUE(db(Cancel{target(job.run)}));

    EXPECT_EQ(outputs(job.run), Lines{"a 1 2"});
}

TEST_P(Outputs, are_registered_by_the_holder_of_the_lease_only)
{
    const WorkerId w = worker();
    const WorkerId other = worker();
    submit_job(1);
    const Leased first_attempt = claim_one(w);
    EXPECT_EQ(db(announce(first_attempt, other, {"a"})).error().code, Errc::conflict);
    ASSERT_TRUE(fail(first_attempt, w));
    claim_one(w);

    EXPECT_EQ(db(announce(first_attempt, w, {"a"})).error().code, Errc::conflict);
    EXPECT_EQ(db(uploaded(first_attempt, w, {"a"})).error().code, Errc::conflict);
}

TEST_P(Outputs, that_were_not_registered_cannot_be_uploaded)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(2);
    const std::vector<Leased> tasks = claim(w);
    ASSERT_TRUE(db(announce(tasks[0], w, {"a"})));

    EXPECT_EQ(db(uploaded(tasks[0], w, {"a", "b"})).error().code, Errc::not_found);
    EXPECT_EQ(db(uploaded(tasks[1], w, {"a"})).error().code, Errc::not_found);
    EXPECT_EQ(outputs(job.run), Lines{"a 1 0"});
}

TEST_P(Outputs, may_be_named_by_any_bytes)
{
    const WorkerId w = worker();
    const Submitted job = submit_job(1);
    const Leased task = claim_one(w);
    const std::string path = "dir/\xff\xfe \n'\"\\%\u00e9";

    ASSERT_TRUE(db(announce(task, w, {path})));
    ASSERT_TRUE(db(uploaded(task, w, {path})));

    EXPECT_EQ(outputs(job.run), Lines{path + " 1 1"});
}

INSTANTIATE_TEST_SUITE_P(Dialects, Outputs, ::testing::ValuesIn(all_dialects), dialect_name);

TEST_P(StoreContract, a_key_is_found_by_its_hash_until_it_is_revoked)
{
    const KeyRow made = db(CreateKey{"ci", "hash-1", KeyRole::admin}).value();
    const auto find = [&](const std::string& hash) {
        return db.read([hash](Reads& reads) { return reads.key_with_hash(hash); });
    };

    ASSERT_TRUE(find("hash-1"));
    EXPECT_EQ(find("hash-1")->id, made.id);
    EXPECT_EQ(find("hash-1")->role, KeyRole::admin);
    EXPECT_FALSE(find("hash-2"));

    EXPECT_TRUE(db(RevokeKey{"ci"}));
    EXPECT_FALSE(find("hash-1"));
    EXPECT_EQ(db(RevokeKey{"ci"}).error().code, Errc::not_found);
    const auto keys = db.read([](Reads& reads) { return reads.keys(); });
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_EQ(keys[0].revoked_at, clock.wall());
}

TEST_P(StoreContract, two_live_keys_cannot_have_one_name)
{
    ASSERT_TRUE(db(CreateKey{"ci", "hash-1", KeyRole::read}));

    EXPECT_EQ(db(CreateKey{"ci", "hash-2", KeyRole::read}).error().code, Errc::conflict);
    const auto [bad, good] = db.together(
        CreateKey{"ci", "hash-3", KeyRole::read}, CreateKey{"cd", "hash-4", KeyRole::read}
    );
    EXPECT_EQ(bad.error().code, Errc::conflict);
    EXPECT_TRUE(good);
    ASSERT_TRUE(db(RevokeKey{"ci"}));
    EXPECT_TRUE(db(CreateKey{"ci", "hash-5", KeyRole::read}));
}

} // namespace sluice::outputs_test
