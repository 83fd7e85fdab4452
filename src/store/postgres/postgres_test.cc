// SPDX-License-Identifier: Apache-2.0
// The connection, codec and transactions of the PostgreSQL dialect.
#include "store/postgres/migrator.h"
#include "store/postgres/params.h"
#include "store/postgres/testing.h"
#include "support/migrated_postgres.h"

#include <functional>
#include <thread>

namespace sluice::postgres::postgres_test {

namespace {

using Kind = StoreFailure::Kind;

// Calls a function before one statement.
class At : public StatementObserver {
public:
    At(std::string_view statement, std::function<void()> act)
        : statement_(statement), act_(std::move(act))
    {}
    void before(std::string_view statement) override
    {
        if (statement == statement_)
            act_();
    }

private:
    std::string_view statement_;
    std::function<void()> act_;
};

void terminate_others(const testing::MigratedDatabase& database)
{
    database.ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                 "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

// --- parameters ----------------------------------------------------------------------------

StoreFailure failure_of_text(std::string_view text)
{
    Params params;
    return failure_from([&] { params.add(Text{"task.name", text}); });
}

TEST(PostgresParams, text_with_a_nul_is_refused_by_the_name_of_its_field)
{
    const StoreFailure failure = failure_of_text(std::string_view("ab\0cdefghijk", 12));

    EXPECT_EQ(failure.kind(), Kind::refused);
    EXPECT_EQ(failure.error().code, Errc::invalid);
    EXPECT_EQ(
        failure.error().detail,
        "task.name: 'ab\\x00cdefghijk' holds a NUL character, which postgres cannot store"
    );
}

TEST(PostgresParams, text_that_is_not_utf8_is_refused_wherever_it_goes_wrong)
{
    for (const std::size_t at : {0, 3, 7, 8, 12}) {
        std::string text = "0123456789abc";
        text[at] = '\xff';
        EXPECT_EQ(failure_of_text(text).kind(), Kind::refused) << at;
    }
}

TEST(PostgresParams, other_text_is_taken)
{
    Params params;
    params.add(Text{"name", "gr\xc3\xbc\xc3\x9f"})
        .add(Text{"name", ""})
        .add(Text{"name", "\x01\x7f"});
    EXPECT_EQ(params.size(), 3);
}

// --- rows there and back -------------------------------------------------------------------

TEST(PostgresCodec, a_run_comes_back_as_it_was_written)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    RunRow full = run_row(1, 1, 9);
    full.kind = RunKind::execution;
    full.state = RunState::failed;
    full.ending = RunEnding::timed_out;
    full.linked = true;
    full.sweep = true;
    full.counts = {.total = 10, .succeeded = 4, .failed = 3, .canceled = 2, .skipped = 1};
    full.finished_at = from_micros(-1);
    full.expires_at = from_micros(0);
    const std::vector<RunRow> written{full, run_row(2, 10, 12)};

    std::vector<RunRow> read;
    write(session, [&](Tables& tables) {
        tables.insert_runs(written);
        const std::vector<RunId> ids{RunId{1}, RunId{2}, RunId{3}};
        read = tables.lock_runs(ids, Tables::Wait::wait);
    });

    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].kind, RunKind::execution);
    EXPECT_EQ(read[0].state, RunState::failed);
    EXPECT_EQ(read[0].ending, RunEnding::timed_out);
    EXPECT_TRUE(read[0].linked && read[0].sweep && !read[0].staged);
    EXPECT_EQ(read[0].counts, full.counts);
    EXPECT_EQ(read[0].created_at, test_now);
    EXPECT_EQ(read[0].finished_at, full.finished_at);
    EXPECT_EQ(read[0].expires_at, full.expires_at);
    EXPECT_EQ(read[1].finished_at, std::nullopt);
    EXPECT_EQ(read[1].task_last, TaskId{12});
}

TEST(PostgresCodec, texts_bytes_and_nothing_come_back_as_they_were_written)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    TaskRow full = task_row(7);
    full.nprio = -1000;
    full.timeout = Micros{5};
    full.retry = "{}";
    full.name = "a\"b\\c, {NULL} \xe2\x82\xac";
    full.payload = std::string(100'000, 'x');
    OutputRow output;
    output.run = RunId{1};
    output.path = std::string("a\0\xff\n", 4);
    output.task = TaskId{7};
    output.attempt = 1;
    output.created_at = output.updated_at = test_now;

    write(session, [&](Tables& tables) {
        tables.insert_tasks(std::vector{full, task_row(8)});
        tables.insert_outputs(one(output));
        const std::vector<TaskRow> tasks = tables.tasks(std::vector{TaskId{7}, TaskId{8}});
        ASSERT_EQ(tasks.size(), 2u);
        EXPECT_EQ(tasks[0].nprio, -1000);
        EXPECT_EQ(tasks[0].timeout, Micros{5});
        EXPECT_EQ(tasks[0].retry, "{}");
        EXPECT_EQ(tasks[0].name, full.name);
        EXPECT_EQ(tasks[0].payload, full.payload);
        EXPECT_EQ(tasks[1].timeout, std::nullopt);
        EXPECT_EQ(tasks[1].payload, "");
        const auto outputs = tables.outputs_at(RunId{1}, one(output.path));
        ASSERT_EQ(outputs.size(), 1u);
        EXPECT_EQ(outputs[0].path, output.path);
        tables.delete_outputs(outputs);
        EXPECT_TRUE(tables.outputs_of(RunId{1}, std::vector{TaskId{7}}).empty());
    });
    EXPECT_EQ(database.ask("SELECT count(*) FROM task WHERE payload IS NULL"), "1");
}

TEST(PostgresCodec, a_lease_is_taken_as_it_was_updated)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    LeaseRow lease = lease_row(1, 3);

    write(session, [&](Tables& tables) {
        tables.insert_leases(std::vector{lease, lease_row(2, 3)});
        lease.owner = LeaseOwner::target;
        lease.started_at = test_now + Micros{1};
        lease.paused_left = Micros{77};
        tables.update_leases(one(lease));
        const std::vector<Tables::LeaseKey> keys{
            {TaskId{1}, 1, WorkerId{3}}, {TaskId{2}, 2, WorkerId{3}}, {TaskId{2}, 1, WorkerId{4}}};
        const std::vector<LeaseRow> taken = tables.take_leases(keys);
        ASSERT_EQ(taken.size(), 1u) << "another attempt and another worker are fenced off";
        EXPECT_EQ(taken[0].place, lease.place);
        EXPECT_EQ(taken[0].owner, LeaseOwner::target);
        EXPECT_EQ(taken[0].started_at, lease.started_at);
        EXPECT_EQ(taken[0].expires_at, std::nullopt);
        EXPECT_EQ(taken[0].paused_left, Micros{77});
        EXPECT_EQ(tables.take_leases(std::vector<Tables::LeaseKey>{{TaskId{2}, 0, {}}}).size(), 1u);
    });
}

// --- transactions --------------------------------------------------------------------------

TEST(PostgresSession, ids_are_never_given_twice)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    std::vector<std::int64_t> first, second;

    session.connect();
    session.begin_write(false);
    first = session.tables().next_ids(Tables::Sequence::task, 1000);
    session.rollback();
    write(session, [&](Tables& tables) { second = tables.next_ids(Tables::Sequence::task, 2); });

    ASSERT_EQ(first.size(), 1000u);
    EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
    EXPECT_EQ(first.front(), 1);
    EXPECT_EQ(second, (std::vector<std::int64_t>{1001, 1002}));
}

TEST(PostgresSession, a_failed_queued_statement_is_named_at_the_commit_and_undoes_all)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);

    session.connect();
    session.begin_write(false);
    session.tables().insert_ready(one(place(1)));
    session.tables().insert_tasks(std::vector{task_row(5), task_row(5)});
    session.tables().insert_leases(one(lease_row(1)));
    const StoreFailure failure = failure_from([&] { session.commit(); });
    session.rollback();

    EXPECT_EQ(failure.kind(), Kind::refused);
    EXPECT_EQ(failure.error().code, Errc::conflict);
    EXPECT_TRUE(failure.error().detail.starts_with("insert_tasks: duplicate key"))
        << failure.error().detail;
    write(session, [](Tables& tables) {
        tables.insert_tasks(one(task_row(6)));
        tables.insert_leases(one(lease_row(6)));
    });
    EXPECT_EQ(database.ask("SELECT count(*) FROM ready"), "0");
    EXPECT_EQ(database.ask("SELECT string_agg(task_id::text, ',') FROM lease"), "6");
}

TEST(PostgresSession, what_the_schema_forbids_is_refused)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    RunRow run = run_row(1, 1, 1);
    run.counts.failed = 2;

    session.connect();
    session.begin_write(false);
    session.tables().insert_runs(one(run));
    const StoreFailure failure = failure_from([&] { session.tables().find_run_named("x"); });
    session.rollback();

    EXPECT_EQ(failure.kind(), Kind::refused);
    EXPECT_EQ(failure.error().code, Errc::invalid);
    EXPECT_NO_THROW(session.reads().pulse());
}

TEST(PostgresSession, a_group_with_text_that_cannot_be_stored_can_be_rolled_back)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    TaskRow bad = task_row(2);
    bad.payload = std::string("\0", 1);

    session.connect();
    session.begin_write(false);
    session.tables().insert_tasks(one(task_row(1)));
    const StoreFailure failure = failure_from([&] { session.tables().insert_tasks(one(bad)); });
    session.rollback();
    write(session, [](Tables& tables) { tables.insert_tasks(one(task_row(3))); });

    EXPECT_TRUE(failure.error().detail.starts_with("task.payload: ")) << failure.error().detail;
    EXPECT_EQ(database.ask("SELECT string_agg(id::text, ',') FROM task"), "3");
}

TEST(PostgresSession, a_terminated_connection_is_lost_and_made_anew)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    session.connect();
    session.begin_write(false);
    session.tables().next_ids(Tables::Sequence::run, 1);
    terminate_others(database);

    const StoreFailure failure =
        failure_from([&] { session.tables().next_ids(Tables::Sequence::run, 1); });
    session.rollback();

    EXPECT_EQ(failure.kind(), Kind::lost);
    EXPECT_EQ(failure.error().code, Errc::unavailable);
    write(session, [](Tables& tables) { tables.insert_tasks(one(task_row(1))); });
    EXPECT_EQ(database.ask("SELECT count(*) FROM task"), "1");
}

TEST(PostgresSession, a_deadlock_may_be_tried_again)
{
    const testing::MigratedDatabase database;
    PostgresSession a(database.settings(), nullptr, nullptr);
    PostgresSession b(database.settings(), nullptr, nullptr);
    write(a, [](Tables& tables) {
        tables.insert_runs(std::vector{run_row(1, 1, 1), run_row(2, 2, 2)});
    });
    const auto lock = [](Session& session, std::int64_t run) {
        return session.tables().lock_runs(std::vector{RunId{run}}, Tables::Wait::wait);
    };
    a.begin_write(false);
    lock(a, 1);
    b.connect();
    b.begin_write(false);
    lock(b, 2);

    int failures = 0;
    std::thread other([&] {
        try {
            lock(b, 1);
        } catch (const StoreFailure& failure) {
            ++failures;
            EXPECT_EQ(failure.kind(), Kind::again);
        }
        b.rollback();
    });
    try {
        lock(a, 2);
    } catch (const StoreFailure& failure) {
        EXPECT_EQ(failure.kind(), Kind::again);
        a.rollback();
        other.join();
        EXPECT_EQ(failures, 0);
        return;
    }
    a.rollback();
    other.join();
    EXPECT_EQ(failures, 1);
}

TEST(PostgresSession, a_locked_run_is_passed_over)
{
    const testing::MigratedDatabase database;
    PostgresSession a(database.settings(), nullptr, nullptr);
    PostgresSession b(database.settings(), nullptr, nullptr);
    write(a, [](Tables& tables) {
        tables.insert_runs(std::vector{run_row(1, 1, 1), run_row(2, 2, 2)});
    });
    a.begin_write(false);
    a.tables().lock_runs(std::vector{RunId{1}}, Tables::Wait::wait);

    write(b, [](Tables& tables) {
        const auto locked =
            tables.lock_runs(std::vector{RunId{1}, RunId{2}}, Tables::Wait::pass_over);
        ASSERT_EQ(locked.size(), 1u);
        EXPECT_EQ(locked[0].id, RunId{2});
    });
    a.rollback();
}

TEST(PostgresSession, a_commit_that_never_arrived_is_known_to_be_rolled_back)
{
    const testing::MigratedDatabase database;
    At observer("commit", [&] { terminate_others(database); });
    PostgresSession session(database.settings(), &observer, nullptr);

    const StoreFailure failure = failure_from([&] {
        write(session, [](Tables& tables) { tables.insert_tasks(one(task_row(1))); });
    });

    EXPECT_EQ(failure.kind(), Kind::lost_commit);
    EXPECT_EQ(session.fate_of_last_commit(), CommitFate::rolled_back);
    EXPECT_EQ(database.ask("SELECT count(*) FROM task"), "0");
}

TEST(PostgresSession, an_unreachable_server_is_lost_and_a_bad_url_refused)
{
    PostgresSession away(settings_for("postgresql:///x?host=/nowhere"), nullptr, nullptr);
    PostgresSession bad(settings_for("postgresql://h/d?no_such_word=1"), nullptr, nullptr);

    EXPECT_EQ(failure_from([&] { away.connect(); }).kind(), Kind::lost);
    const StoreFailure failure = failure_from([&] { bad.connect(); });
    EXPECT_EQ(failure.kind(), Kind::refused);
    EXPECT_EQ(failure.error().code, Errc::invalid);
}

TEST(PostgresSession, the_url_chooses_the_schema)
{
    const testing::MigratedDatabase database;
    database.ask("CREATE SCHEMA tenant");
    const std::string url = database.url() + "&options=-csearch_path%3Dtenant";
    SeededRandom random(2);

    ASSERT_TRUE(migrate(settings_for(url), test_now, random));
    PostgresSession session(settings_for(url), nullptr, nullptr);
    write(session, [](Tables& tables) { tables.insert_tasks(one(task_row(1))); });

    EXPECT_EQ(database.ask("SELECT count(*) FROM tenant.task"), "1");
    EXPECT_EQ(database.ask("SELECT count(*) FROM public.task"), "0");
}

} // namespace

} // namespace sluice::postgres::postgres_test
