// SPDX-License-Identifier: Apache-2.0
// Processes that hear of each other, and a COMMIT whose answer never came.
#include "store/postgres/neighbours.h"

#include "base/fork_guard.h"
#include "base/process_id.h"
#include "store/postgres/testing.h"
#include "support/cutting_proxy.h"
#include "support/migrated_postgres.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sluice::postgres::notifier_test {

namespace {

// What one process has heard; waits for more.
class Ears {
public:
    void hear(const Changes& changes)
    {
        const std::lock_guard lock(mutex_);
        heard_.push_back(changes);
        arrived_.notify_all();
    }

    // Waits until something fits, for at most 20 s.
    template <class Fits>
    bool wait_for(Fits fits)
    {
        std::unique_lock lock(mutex_);
        return arrived_.wait_for(lock, std::chrono::seconds(20), [&] {
            return std::any_of(heard_.begin(), heard_.end(), fits);
        });
    }

    template <class Fits>
    bool has(Fits fits)
    {
        const std::lock_guard lock(mutex_);
        return std::any_of(heard_.begin(), heard_.end(), fits);
    }

    void forget()
    {
        const std::lock_guard lock(mutex_);
        heard_.clear();
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Changes> heard_;
};

// A process: its neighbours' view and what it has heard.
struct Process {
    explicit Process(const ConnectSettings& settings)
        : neighbours(make_neighbours(settings, others_wrote, Log()))
    {
        neighbours->listen([this](const Changes& changes) { ears.hear(changes); });
    }
    ~Process() { neighbours->listen({}); }

    OthersWrote others_wrote = std::make_shared<std::atomic<bool>>(false);
    Ears ears;
    std::unique_ptr<Neighbours> neighbours;
};

bool is_anything(const Changes& changes)
{
    return changes.from_outside && changes.final_runs.empty();
}

auto has_run(std::int64_t run)
{
    return [run](const Changes& changes) {
        return !changes.final_runs.empty() && changes.final_runs.front() == RunId{run};
    };
}

Changes run_ended(std::int64_t run)
{
    Changes changes;
    changes.final_runs.push_back(RunId{run});
    return changes;
}

TEST(PostgresNeighbours, hear_what_another_process_has_committed_and_not_their_own)
{
    const testing::MigratedDatabase database;
    Process a(database.settings());
    ASSERT_TRUE(a.ears.wait_for(is_anything)) << "after the connect anything may have changed";
    Process b(database.settings());
    ASSERT_TRUE(b.ears.wait_for(is_anything));

    a.neighbours->announce(run_ended(1));
    ASSERT_TRUE(b.ears.wait_for(has_run(1)));
    EXPECT_TRUE(b.others_wrote->load());
    b.neighbours->announce(run_ended(2));

    EXPECT_TRUE(a.ears.wait_for(has_run(2)));
    EXPECT_FALSE(a.ears.has(has_run(1)));
}

TEST(PostgresNeighbours, tell_a_newcomer_who_comes_when_they_have_just_found_themselves_alone)
{
    const testing::MigratedDatabase database;
    Process a(database.settings());
    ASSERT_TRUE(a.ears.wait_for(is_anything));
    a.ears.forget();
    a.neighbours->announce(run_ended(1)); // to nobody
    Process b(database.settings());
    ASSERT_TRUE(b.ears.wait_for(is_anything));
    ASSERT_TRUE(a.ears.wait_for(is_anything)) << "of the newcomer";

    a.neighbours->announce(run_ended(2));
    EXPECT_TRUE(b.ears.wait_for(has_run(2)));
}

TEST(PostgresNeighbours, cannot_keep_a_worker_alive_whose_process_has_ended)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    const std::string own = process_id();
    const std::string other = own.substr(0, own.rfind('/')) + "/1"; // of the same number, earlier
    write(session, [&](Tables& tables) {
        tables.insert_worker({WorkerId{1}, "w", "h", other, true, test_now, test_now});
        tables.insert_worker({WorkerId{2}, "w", "h", own, true, test_now, test_now});
        tables.insert_worker({WorkerId{3}, "w", "h", "", true, test_now, test_now});
        tables.insert_worker({WorkerId{4}, "w", "h", "elsewhere/1/1/1", true, test_now, test_now});
        tables.insert_worker({WorkerId{5}, "w", "h", other, false, test_now, test_now});
    });
    Process process(database.settings());
    process.neighbours->join(WorkerId{1}); // as a child of that process would
    EXPECT_EQ(session.reads().pulse().ended_workers, std::vector{WorkerId{1}});

    Reads::Look look;
    look.workers_after = test_now;
    EXPECT_TRUE(session.reads().pulse(look).ended_workers.empty()) << "it was rescued before";
}

TEST(PostgresNeighbours, of_a_guarded_child_do_not_keep_the_sessions_of_its_dead_parent)
{
    const testing::MigratedDatabase database;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        guard_forks();
        const Handle connection = connect(database.settings());
        pid_t told[2] = {0, PQbackendPID(connection.get())};
        told[0] = ::fork();
        while (told[0] == 0)
            ::pause();
        [[maybe_unused]] const ssize_t written = ::write(ends[1], told, sizeof told);
        for (;;)
            ::pause();
    }
    pid_t told[2] = {};
    ASSERT_EQ(::read(ends[0], told, sizeof told), static_cast<ssize_t>(sizeof told));
    ::close(ends[0]);
    ::close(ends[1]);
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    const auto sessions = [&] {
        return database.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(told[1])
        );
    };
    for (int i = 0; i < 2000 && sessions() != "0"; ++i)
        std::this_thread::yield();
    EXPECT_EQ(sessions(), "0");
    ::kill(told[0], SIGKILL);
}

TEST(PostgresNeighbours, keep_a_worker_alive_until_it_leaves_or_its_session_dies)
{
    const testing::MigratedDatabase database;
    PostgresSession session(database.settings(), nullptr, nullptr);
    write(session, [](Tables& tables) {
        for (const std::int64_t id : {1, 2, 3})
            tables.insert_worker({WorkerId{id}, "w", "h", "", id != 3, test_now, test_now});
    });
    const auto without = [&](const std::vector<WorkerId>& expected) {
        for (int i = 0; i < 2000; ++i) {
            if (session.reads().pulse().workers == expected)
                return true;
            std::this_thread::yield();
        }
        return false;
    };
    EXPECT_TRUE(without({WorkerId{1}, WorkerId{2}})) << "the third speaks from afar";
    {
        Process process(database.settings());
        process.neighbours->join(WorkerId{1});
        EXPECT_TRUE(without({WorkerId{2}}));
        EXPECT_EQ(process.neighbours->dead({WorkerId{1}, WorkerId{2}}), std::vector{WorkerId{2}});
        process.neighbours->join(WorkerId{2});
        EXPECT_TRUE(without({}));
        process.neighbours->leave(WorkerId{1});
        EXPECT_TRUE(without({WorkerId{1}}));

        process.ears.forget();
        database.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE datname = current_database() AND pid <> pg_backend_pid()");
        failure_from([&] { session.reads().pulse(); });
        session.connect();
        EXPECT_TRUE(process.ears.wait_for(is_anything)) << "it has connected again";
        EXPECT_TRUE(without({WorkerId{1}}));
    }
    EXPECT_TRUE(without({WorkerId{1}, WorkerId{2}}));
}

TEST(PostgresNeighbours, changes_come_back_as_they_were_announced)
{
    Changes changes;
    changes.ready_queues.push_back(std::make_shared<const std::string>("job/a \"b\""));
    changes.final_runs = {RunId{1}, RunId{2}};
    changes.lost_leases = {{TaskId{3}, 2}};
    changes.early_ends = {TaskId{4}, TaskId{5}};
    changes.earliest_due = test_now;
    changes.sweep = true;
    changes.doomed_outputs = true;
    changes.cluster_jobs = true;
    changes.schedule_due = test_now + std::chrono::seconds(1);

    const Changes read = decode_changes(encode_changes(changes));

    ASSERT_EQ(read.ready_queues.size(), 1u);
    EXPECT_EQ(*read.ready_queues[0], "job/a \"b\"");
    EXPECT_EQ(read.final_runs, changes.final_runs);
    EXPECT_EQ(read.lost_leases, changes.lost_leases);
    EXPECT_EQ(read.early_ends, changes.early_ends);
    EXPECT_EQ(read.earliest_due, test_now);
    EXPECT_TRUE(read.sweep && read.doomed_outputs && read.cluster_jobs && read.from_outside);
    EXPECT_EQ(read.schedule_due, changes.schedule_due);
    EXPECT_TRUE(read.told);
    for (const char* unreadable : {"{\"runs\": \"later\"}", "not json"}) {
        EXPECT_TRUE(decode_changes(unreadable).from_outside) << unreadable;
        EXPECT_FALSE(decode_changes(unreadable).told) << unreadable;
    }
}

TEST(PostgresSession, a_commit_whose_answer_is_cut_off_is_known_to_be_committed)
{
    const testing::MigratedDatabase database;
    testing::CuttingProxy proxy(database.tcp_url());
    PostgresSession session(settings_for(proxy.url()), nullptr, nullptr);
    session.connect();
    session.begin_write(false);
    session.tables().next_ids(Tables::Sequence::task, 1);
    session.tables().insert_tasks(one(task_row(1)));

    proxy.swallow_next_answer();
    const StoreFailure failure = failure_from([&] { session.commit(); });

    EXPECT_EQ(failure.kind(), StoreFailure::Kind::lost_commit);
    EXPECT_EQ(session.fate_of_last_commit(), CommitFate::committed);
    EXPECT_EQ(database.ask("SELECT count(*) FROM task"), "1");
}

} // namespace

} // namespace sluice::postgres::notifier_test
