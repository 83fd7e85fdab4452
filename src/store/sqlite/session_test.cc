// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"
#include "store/sqlite/migrator.h"
#include "store/sqlite/testing.h"

#include "store/sqlite_sql.h"

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

namespace sluice::sqlite::session_test {
namespace {

using namespace std::chrono_literals;
using Kind = StoreFailure::Kind;

void write_tasks(Session& session, std::size_t count, std::size_t payload_bytes)
{
    Tables& tables = session.tables();
    std::vector<TaskRow> tasks;
    for (const std::int64_t id : tables.next_ids(Tables::Sequence::task, count)) {
        TaskRow task;
        task.id = {id};
        task.payload.assign(payload_bytes, 'x');
        tasks.push_back(std::move(task));
    }
    tables.insert_tasks(tasks);
}

std::size_t count_tasks(Session& session, std::int64_t up_to)
{
    std::size_t count = 0;
    session.begin_write();
    for (std::int64_t id = 1; id <= up_to; ++id) {
        const TaskId task{id};
        count += session.tables().tasks({&task, 1}).size();
    }
    session.rollback();
    return count;
}

StoreFailure failure_to_connect(const SqliteOptions& options)
{
    return testing::failure_in([&] { testing::connected(options); });
}

// Makes a database whose file holds all of it: the last connection to close empties the log.
void make_database(const std::string& path)
{
    const auto session = testing::connected({.path = path});
    session->begin_write();
    write_tasks(*session, 100, 1000);
    session->commit();
}

TEST(SqliteSession, what_is_committed_stays_and_what_is_rolled_back_does_not)
{
    const testing::ScratchDirectory scratch;
    const SqliteOptions options{.path = scratch.file("a.db")};
    {
        const auto session = testing::connected(options);
        session->begin_write();
        write_tasks(*session, 1, 10);
        session->commit();
        EXPECT_EQ(session->fate_of_last_commit(), CommitFate::committed);
        session->begin_write();
        write_tasks(*session, 1, 10);
        session->rollback();
        EXPECT_EQ(session->fate_of_last_commit(), CommitFate::rolled_back);
    }
    const auto session = testing::connected(options);
    EXPECT_EQ(count_tasks(*session, 2), 1u);
}

TEST(SqliteSession, is_durable_and_checked)
{
    const testing::ScratchDirectory scratch;
    make_database(scratch.file("a.db"));
    std::vector<std::string> seen;
    struct Observer final : StatementObserver {
        explicit Observer(std::vector<std::string>& given) : names(given) {}
        void before(std::string_view statement) override { names.emplace_back(statement); }
        std::vector<std::string>& names;
    } observer(seen);
    const auto session = testing::connected({.path = scratch.file("a.db"), .observer = &observer});
    seen.clear();
    session->begin_write();
    write_tasks(*session, 1, 10);
    session->commit();
    EXPECT_EQ(
        seen,
        (std::vector<std::string>{"begin_write", "next_id", "take_ids", "insert_task", "commit"})
    );
}

TEST(SqliteSession, notices_what_others_write_and_not_what_it_writes)
{
    const testing::ScratchDirectory scratch;
    const SqliteOptions options{.path = scratch.file("a.db")};
    const auto ours = testing::connected(options);
    const auto theirs = testing::connected(options);
    EXPECT_FALSE(ours->written_by_others());
    ours->begin_write();
    write_tasks(*ours, 1, 1);
    ours->commit();
    EXPECT_FALSE(ours->written_by_others());
    theirs->begin_write();
    write_tasks(*theirs, 1, 1);
    EXPECT_FALSE(ours->written_by_others());
    theirs->commit();
    EXPECT_TRUE(ours->written_by_others());
    EXPECT_FALSE(ours->written_by_others());
}

TEST(SqliteSession, in_memory_reads_and_writes_share_the_connection)
{
    const auto session = testing::connected({.path = ":memory:"});
    session->begin_write();
    RunRow run;
    run.id = {1};
    session->tables().insert_runs({&run, 1});
    EXPECT_TRUE(session->reads().run({1}));
    session->commit();
    EXPECT_TRUE(session->reads().run({1}));
    EXPECT_FALSE(session->written_by_others());
    EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

TEST(SqliteSession, a_name_that_looks_like_a_uri_is_a_file)
{
    const testing::ScratchDirectory scratch;
    make_database(scratch.file("file:a?mode=memory"));
    EXPECT_TRUE(std::filesystem::exists(scratch.file("file:a?mode=memory")));
}

TEST(SqliteSession, a_file_that_is_no_database_is_refused)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    std::ofstream(path) << std::string(10'000, 'x');

    const StoreFailure failure = failure_to_connect({.path = path});

    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::corrupt);
    EXPECT_TRUE(
        testing::contains(failure.what(), "database '" + path + "' is not an SQLite database")
    ) << failure.what();
    EXPECT_FALSE(std::filesystem::exists(path + "-lock")) << "nothing is made beside it";
}

TEST(SqliteSession, a_truncated_database_is_refused)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    for (const std::uintmax_t size : {100u, 5'000u, 40'960u}) {
        std::filesystem::remove(path);
        make_database(path);
        std::filesystem::resize_file(path, size);

        const StoreFailure failure = failure_to_connect({.path = path});

        EXPECT_EQ(failure.kind(), Kind::broken) << size;
        EXPECT_EQ(failure.error().code, Errc::corrupt) << failure.what();
        EXPECT_TRUE(testing::contains(failure.what(), "database '" + path + "' is"))
            << failure.what();
    }
}

TEST(SqliteSession, a_damaged_page_is_reported_when_it_is_met)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    make_database(path);
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        file << std::string(std::filesystem::file_size(path) - 4096, '\xee');
    }
    const StoreFailure failure = testing::failure_in([&] {
        const auto session = testing::connected({.path = path});
        count_tasks(*session, 100);
    });
    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::corrupt);
    EXPECT_TRUE(testing::contains(failure.what(), path)) << failure.what();
}

TEST(SqliteSession, a_newer_database_is_refused)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    make_database(path);
    {
        Connection connection(path, nullptr, 1s);
        connection.execute("INSERT INTO migration VALUES (999, 'future', 0)");
    }
    const StoreFailure failure = failure_to_connect({.path = path});
    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::invalid);
    EXPECT_TRUE(testing::contains(failure.what(), "999")) << failure.what();
}

TEST(SqliteSession, a_database_that_another_program_keeps_locked_is_waited_for_up_to_a_limit)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    make_database(path);
    Connection other(path, nullptr, 1s);
    other.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");

    const StoreFailure failure = failure_to_connect({.path = path, .wait_max = 5ms});

    EXPECT_EQ(failure.kind(), Kind::lost);
    EXPECT_EQ(failure.error().code, Errc::unavailable);
    EXPECT_TRUE(
        testing::contains(failure.what(), "database '" + path + "' is locked by another program")
    ) << failure.what();
}

TEST(SqliteSession, a_write_that_another_program_blocks_can_be_repeated)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto session = testing::connected({.path = path, .wait_max = 5ms});
    Connection other(path, nullptr, 1s);
    other.execute("BEGIN IMMEDIATE");

    const StoreFailure failure = testing::failure_in([&] { session->begin_write(); });
    EXPECT_EQ(failure.kind(), Kind::again);
    other.execute("COMMIT");

    session->begin_write();
    session->commit();
}

// Only a break-off ends it.
SqliteOptions patient(const std::string& path, std::shared_ptr<const BreakOff> break_off)
{
    SqliteOptions options;
    options.path = path;
    options.wait_max = 1h;
    options.break_off = std::move(break_off);
    return options;
}

TEST(SqliteSession, a_wait_for_another_program_can_be_broken_off)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto break_off = std::make_shared<BreakOff>();
    const auto session = testing::connected(patient(path, break_off));
    Connection other(path, nullptr, 1s);
    other.execute("BEGIN IMMEDIATE");
    std::thread giver([&] { break_off->give(); });

    const StoreFailure failure = testing::failure_in([&] { session->begin_write(); });
    giver.join();

    EXPECT_EQ(failure.kind(), Kind::again);
    EXPECT_EQ(testing::failure_in([&] { session->connect(); }).kind(), Kind::lost) << "nor later";
}

TEST(SqliteSession, a_wait_for_its_turn_can_be_broken_off)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto break_off = std::make_shared<BreakOff>();
    const auto session = testing::connected(patient(path, break_off));
    const auto other = testing::connected({.path = path});
    other->begin_write();
    std::thread giver([&] { break_off->give(); });

    const StoreFailure failure = testing::failure_in([&] { session->begin_write(); });
    giver.join();

    EXPECT_EQ(failure.kind(), Kind::again);
    other->rollback();
}

// Runs as a user to whom permissions apply, in a process of its own; gives back its message.
std::string message_for_plain_user(const SqliteOptions& options)
{
    int ends[2];
    if (::pipe(ends) != 0)
        return "no pipe";
    if (::fork() == 0) {
        constexpr uid_t nobody = 65534;
        std::string message = "no failure";
        if (::geteuid() == 0 && ::setuid(nobody) != 0)
            message = "no other user";
        try {
            testing::connected(options);
        } catch (const StoreFailure& failure) {
            message = failure.what();
        }
        [[maybe_unused]] const ssize_t told = ::write(ends[1], message.data(), message.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string message(4096, '\0');
    const ssize_t length = ::read(ends[0], message.data(), message.size());
    ::close(ends[0]);
    ::wait(nullptr);
    message.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return message;
}

TEST(SqliteSession, a_read_only_file_is_refused)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    make_database(path);
    ::chmod(path.c_str(), 0444);
    ::chmod(scratch.path().c_str(), 0777);

    EXPECT_EQ(
        message_for_plain_user({.path = path}),
        "database '" + path + "' is not writable: Permission denied"
    );
}

TEST(SqliteSession, a_read_only_directory_is_refused)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    make_database(path);
    ::chmod(path.c_str(), 0666);
    ::chmod(scratch.path().c_str(), 0555);

    const std::string message = message_for_plain_user({.path = path});

    EXPECT_TRUE(testing::contains(message, "is not writable, but SQLite keeps files beside"))
        << message;
    ::chmod(scratch.path().c_str(), 0755);
}

// Lets files grow to so many bytes only, while it lives.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    sighandler_t handler_;
    rlimit before_{};
};

TEST(SqliteSession, a_commit_that_cannot_be_written_is_undone_and_the_next_one_works)
{
    const testing::ScratchDirectory scratch;
    const std::string path = scratch.file("a.db");
    const auto session = testing::connected({.path = path});
    {
        const FileSizeLimit limit(300'000);
        const StoreFailure failure = testing::failure_in([&] {
            session->begin_write();
            write_tasks(*session, 600, 1000);
            session->commit();
        });
        session->rollback();
        EXPECT_EQ(failure.kind(), Kind::broken) << failure.what();
        EXPECT_EQ(failure.error().code, Errc::unavailable);
        EXPECT_TRUE(testing::contains(failure.what(), path)) << failure.what();
        EXPECT_EQ(session->fate_of_last_commit(), CommitFate::rolled_back);
    }
    EXPECT_EQ(count_tasks(*session, 600), 0u);
    session->begin_write();
    write_tasks(*session, 600, 1000);
    session->commit();
    EXPECT_EQ(count_tasks(*session, 600), 600u);
}

TEST(SqliteConnection, a_full_disk_is_called_so_and_the_connection_stays_usable)
{
    const testing::ScratchDirectory scratch;
    Connection connection(scratch.file("a.db"), nullptr, {});
    migrate(connection, sql::migrations, {});
    connection.execute("PRAGMA max_page_count = 60; BEGIN IMMEDIATE");

    const StoreFailure failure = testing::failure_in([&] {
        for (int i = 0; i < 100; ++i)
            connection.execute(
                "INSERT INTO setting VALUES (hex(randomblob(8)), hex(randomblob(5000)))"
            );
    });
    connection.rollback();

    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_TRUE(testing::contains(failure.what(), "the disk is full")) << failure.what();
    connection.execute("PRAGMA max_page_count = 100000");
    connection.execute("INSERT INTO setting VALUES ('a', 'b')");
}

TEST(SqliteSession, the_log_shrinks_after_a_foreign_reader_has_gone)
{
    const testing::ScratchDirectory scratch;
    constexpr std::int64_t limit = 1 << 20;
    const std::string path = scratch.file("a.db");
    const auto session =
        testing::connected({.path = path, .wait_max = 100ms, .wal_bytes_max = limit});
    const auto log_bytes = [&] {
        return static_cast<std::int64_t>(std::filesystem::file_size(path + "-wal"));
    };
    const auto write_some = [&] {
        session->begin_write();
        write_tasks(*session, 100, 1000);
        session->commit();
    };
    Connection reader(path, nullptr, 1s);
    reader.execute("BEGIN; SELECT count(*) FROM task");
    for (int i = 0; i < 40; ++i)
        write_some();
    EXPECT_GT(log_bytes(), 3 * limit);
    EXPECT_TRUE(session->reads().pulse().queues_with_ready.empty()); // the gate is open

    reader.execute("COMMIT");
    for (int i = 0; i < 3; ++i)
        write_some(); // more than a quarter of the limit: so long it does not try again

    EXPECT_LE(log_bytes(), limit);
}

TEST(SqliteSession, the_log_stays_short_under_readers_that_overlap)
{
    const testing::ScratchDirectory scratch;
    constexpr std::int64_t limit = 1 << 20;
    const std::string path = scratch.file("a.db");
    const SqliteOptions options{.path = path, .wait_max = 1s, .wal_bytes_max = limit};
    const auto writer = testing::connected(options);
    const auto reader = testing::connected(options);
    for (int i = 0; i < 60; ++i) {
        writer->begin_write();
        write_tasks(*writer, 100, 1000);
        writer->commit();
        reader->reads().pulse();
    }
    EXPECT_LE(std::filesystem::file_size(path + "-wal"), 2 * limit);
}

} // namespace
} // namespace sluice::sqlite::session_test
