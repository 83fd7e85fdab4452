// SPDX-License-Identifier: Apache-2.0
// What is claimed, what stands where, and by which plans.
#include "store/postgres/testing.h"
#include "store/postgres_sql.h"
#include "support/migrated_postgres.h"

#include <algorithm>
#include <random>
#include <tuple>

namespace sluice::postgres::claim_test {

namespace {

std::vector<std::int64_t> ids_of(const std::vector<Place>& places)
{
    std::vector<std::int64_t> ids;
    for (const Place& place : places)
        ids.push_back(place.task.value);
    return ids;
}

std::vector<std::int64_t> sorted_ids_of(const std::vector<Place>& places)
{
    std::vector<std::int64_t> ids = ids_of(places);
    std::sort(ids.begin(), ids.end());
    return ids;
}

using Ids = std::vector<std::int64_t>;
using Marks = std::vector<Tables::QueueMark>;

Tables::QueueMark from_start(std::int64_t queue)
{
    Tables::QueueMark mark;
    mark.queue = QueueId{queue};
    return mark;
}

class PostgresClaim : public ::testing::Test {
protected:
    PostgresClaim()
    {
        session.connect();
        other.connect();
    }

    void insert(const std::vector<Place>& places)
    {
        write(session, [&](Tables& tables) { tables.insert_ready(places); });
    }

    std::vector<Place> take(const Marks& marks, std::size_t limit)
    {
        std::vector<Place> places;
        write(session, [&](Tables& tables) {
            places = tables.take_ready_heads(marks, limit, {}).places;
        });
        return places;
    }

    const testing::MigratedDatabase database;
    PostgresSession session{database.settings(), nullptr, nullptr};
    PostgresSession other{database.settings(), nullptr, nullptr};
};

TEST_F(PostgresClaim, one_queue_gives_highest_priority_first_then_oldest)
{
    insert({place(1), place(2, 1, -5), place(3, 1, 5), place(4, 1, -5), place(5, 2, -9)});

    EXPECT_EQ(ids_of(take({from_start(1)}, 3)), (Ids{2, 4, 1}));
    EXPECT_EQ(ids_of(take({from_start(1)}, 3)), (Ids{3}));
    EXPECT_TRUE(take({from_start(1)}, 3).empty());
}

TEST_F(PostgresClaim, a_place_comes_back_as_it_was)
{
    Place full = place(1, 4, -7, 3);
    full.attempt = 5;
    full.tries = 2;
    full.rescues = 1;
    insert({full});

    EXPECT_EQ(take({from_start(4)}, 3), std::vector{full});
}

TEST_F(PostgresClaim, what_stands_before_the_mark_is_not_seen)
{
    insert({place(1), place(2), place(3), place(4, 1, 1)});

    EXPECT_EQ(ids_of(take({{QueueId{1}, 0, TaskId{2}}}, 9)), (Ids{2, 3, 4}));
    EXPECT_EQ(ids_of(take({from_start(1)}, 9)), (Ids{1}));
}

TEST_F(PostgresClaim, many_queues_are_merged)
{
    insert({place(1, 1), place(2, 2), place(3, 3, -1), place(4, 1), place(5, 4), place(6, 2, 3)});
    const Marks marks{from_start(1), from_start(2), from_start(3)};

    EXPECT_EQ(ids_of(take(marks, 3)), (Ids{3, 1, 2}));
    EXPECT_EQ(ids_of(take(marks, 3)), (Ids{4, 6}));
}

TEST_F(PostgresClaim, a_merge_of_any_shape_gives_the_first_ones)
{
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        const int queues = 2 + static_cast<int>(random() % 6);
        std::vector<Place> all;
        Marks marks;
        for (int queue = 1; queue <= queues; ++queue)
            marks.push_back(from_start(queue));
        for (int i = 0; i < 120; ++i) {
            // Few tasks in most queues, many in the first.
            const int queue = random() % 2 ? 1 : 1 + static_cast<int>(random() % queues);
            all.push_back(place(i + 1, queue, static_cast<int>(random() % 3) - 1));
        }
        insert(all);
        std::sort(all.begin(), all.end(), [](const Place& a, const Place& b) {
            return std::tie(a.nprio, a.task) < std::tie(b.nprio, b.task);
        });

        const std::vector<Place> first = take(marks, 50);
        const std::vector<Place> rest = take(marks, 500);

        EXPECT_EQ(first, std::vector<Place>(all.begin(), all.begin() + 50)) << "round " << round;
        EXPECT_EQ(rest, std::vector<Place>(all.begin() + 50, all.end())) << "round " << round;
    }
}

TEST_F(PostgresClaim, rows_that_another_process_takes_are_passed_over)
{
    insert({place(1), place(2), place(3), place(4, 2), place(5, 2)});
    other.begin_write(false);
    EXPECT_EQ(
        ids_of(other.tables().take_ready_heads(Marks{from_start(1)}, 2, {}).places), (Ids{1, 2})
    );

    EXPECT_EQ(ids_of(take({from_start(1)}, 1)), (Ids{3}));
    EXPECT_EQ(ids_of(take({from_start(1), from_start(2)}, 1)), (Ids{4}));
    EXPECT_EQ(ids_of(take({from_start(1), from_start(2)}, 9)), (Ids{5}));
    other.rollback();
    EXPECT_EQ(ids_of(take({from_start(1)}, 9)), (Ids{1, 2}));
}

TEST_F(PostgresClaim, the_ready_tasks_of_one_run_are_found_among_others)
{
    write(session, [](Tables& tables) {
        tables.insert_tasks(std::vector{task_row(1, 1), task_row(2, 2), task_row(3, 1, 2)});
        tables.insert_queue({QueueId{1}, "a", RunId{}, true});
        tables.insert_queue({QueueId{2}, "own", RunId{1}, true});
    });
    insert({place(1), place(2, 2), place(3, 1, 0, 2), place(5, 1, 4), place(9, 1)});
    write(session, [](Tables& tables) {
        const RunRow run = run_row(1, 1, 5);
        const std::vector only{TaskId{1}, TaskId{3}};
        EXPECT_EQ(sorted_ids_of(tables.take_ready({.run = &run, .tasks = only})), (Ids{1, 3}));
        EXPECT_EQ(tables.take_ready({.run = &run, .tasks = {}, .limit = 1}).size(), 1u);
        EXPECT_EQ(tables.take_ready({.run = &run, .tasks = {}}).size(), 1u);
        EXPECT_TRUE(tables.take_ready({.run = &run, .tasks = {}}).empty());
    });
    EXPECT_EQ(sorted_ids_of(take({from_start(1)}, 9)), (Ids{9}));
}

TEST_F(PostgresClaim, due_timers_and_held_tasks_keep_their_time)
{
    Place early = place(1), late = place(2);
    early.run_at = test_now;
    late.run_at = test_now + Micros{1};
    write(session, [&](Tables& tables) {
        tables.insert_timers(std::vector{early, late});
        EXPECT_EQ(tables.take_due_timers(test_now, 10), std::vector{early});
        tables.insert_held(std::vector{early, place(3)});
        const RunRow run = run_row(1, 1, 9);
        const std::vector<Place> held = tables.take_held({.run = &run, .tasks = {}});
        ASSERT_EQ(held.size(), 2u);
        EXPECT_EQ(held[0].run_at.has_value() + held[1].run_at.has_value(), 1);
    });
    EXPECT_EQ(session.reads().pulse().timer_due, late.run_at);
}

TEST_F(PostgresClaim, needs_count_down_and_tell_who_is_paused)
{
    write(session, [](Tables& tables) {
        NeedRow need;
        need.run = RunId{1};
        need.queue = QueueId{1};
        need.unfinished = 2;
        std::vector<NeedRow> needs{need, need};
        needs[0].task = TaskId{1};
        needs[1].task = TaskId{2};
        tables.insert_needs(needs);
        tables.insert_held(one(place(2)));
        const std::vector<Tables::NeedChange> changes{
            {TaskId{1}, 2}, {TaskId{2}, 1}, {TaskId{3}, 1}};
        std::vector<NeedRow> left = tables.subtract_needs(changes);
        ASSERT_EQ(left.size(), 2u);
        std::sort(left.begin(), left.end(), [](auto& a, auto& b) { return a.task < b.task; });
        EXPECT_EQ(left[0].unfinished, 0);
        EXPECT_FALSE(left[0].paused);
        EXPECT_EQ(left[1].unfinished, 1);
        EXPECT_TRUE(left[1].paused);
    });
}

TEST_F(PostgresClaim, deleting_tasks_takes_all_that_hangs_on_them)
{
    RunRow run = run_row(1, 1, 3);
    write(session, [&](Tables& tables) {
        tables.insert_runs(one(run));
        tables.insert_tasks(std::vector{task_row(1), task_row(2), task_row(3)});
        tables.insert_ready(std::vector{place(1), place(2)});
        LinkRow link;
        link.parent = TaskId{1};
        link.child = TaskId{3};
        tables.insert_links(one(link));
        const std::vector<Tables::TaskOfRun> first = tables.first_tasks(one(run), 2);
        ASSERT_EQ(first.size(), 2u);
        EXPECT_EQ(first[1].run, run.id);
        tables.delete_tasks(std::vector{first[0].task, first[1].task});
        EXPECT_EQ(tables.first_tasks(one(run), 2).size(), 1u);
        tables.delete_tasks(std::vector{TaskId{3}});
        tables.delete_run(run);
    });
    EXPECT_EQ(
        database.ask("SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM task) + "
                     "(SELECT count(*) FROM ready) + (SELECT count(*) FROM link)"),
        "0"
    );
}

TEST_F(PostgresClaim, the_pulse_tells_what_is_next)
{
    LeaseRow lease = lease_row(1);
    lease.expires_at = test_now + Micros{5};
    write(session, [&](Tables& tables) {
        tables.insert_ready(std::vector{place(1, 3), place(2, 3), place(3, 900)});
        tables.insert_leases(one(lease));
        tables.insert_worker({WorkerId{1}, "w", "h", "", true, test_now, test_now + Micros{9}});
        RunRow loading = run_row(1, 1, 1);
        loading.state = RunState::loading;
        loading.expires_at = test_now;
        tables.insert_runs(one(loading));
    });
    const Reads::Pulse pulse = session.reads().pulse();

    EXPECT_EQ(pulse.queues_with_ready, (std::vector{QueueId{3}, QueueId{900}}));
    EXPECT_EQ(pulse.timer_due, std::nullopt);
    EXPECT_EQ(pulse.lease_expires, lease.expires_at);
    EXPECT_EQ(pulse.run_expires, std::nullopt) << "a loading run does not time out";
    EXPECT_EQ(pulse.worker_until, test_now + Micros{9});
    EXPECT_EQ(pulse.workers, std::vector{WorkerId{1}}) << "nobody holds its lock";
    EXPECT_TRUE(pulse.has_loading);
    EXPECT_FALSE(pulse.has_sweep);
    EXPECT_GT(pulse.server_time, test_now);
}

// --- plans ---------------------------------------------------------------------------------

std::vector<Statement> hot_statements()
{
    return {
        sql::take_ready_of_queue, sql::ready_heads,     sql::take_ready_at,  sql::tasks,
        sql::take_leases,         sql::update_leases,   sql::update_runs,    sql::lock_runs_free,
        sql::queue_heads,         sql::take_due_timers, sql::expired_leases, sql::subtract_needs,
        sql::delete_needs,        sql::links_from,      sql::done,           sql::pulse,
        sql::ready_before,        sql::leases_held};
}

std::vector<Statement> rare_statements()
{
    return {sql::take_ready_of_run, sql::take_ready_of_tasks, sql::take_timers_of_run,
            sql::leases_of_run,     sql::leases_of_tasks,     sql::delete_tasks,
            sql::read_run,          sql::read_runs,           sql::read_task,
            sql::read_tasks,        sql::read_tasks_done,     sql::read_tasks_leased_or_held,
            sql::abandoned_leases};
}

// The plan for any parameter values, as the session's connection makes it or by server defaults.
std::string generic_plan(PGconn& connection, const Statement& statement)
{
    const std::string name(statement.name);
    execute(connection, "test", "PREPARE x_" + name + " AS " + std::string(statement.text));
    const Answer count = execute(
        connection, "test",
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'x_" + name +
            "'"
    );
    std::string nulls;
    for (int i = std::stoi(PQgetvalue(count.get(), 0, 0)); i > 0; --i)
        nulls += nulls.empty() ? "(NULL" : ", NULL";
    const Answer lines = execute(
        connection, "test", "EXPLAIN EXECUTE x_" + name + (nulls.empty() ? "" : nulls + ")")
    );
    std::string plan;
    for (int i = 0; i < PQntuples(lines.get()); ++i)
        plan += std::string(PQgetvalue(lines.get(), i, 0)) + "\n";
    return plan;
}

constexpr const char* fill_sql = R"(
    INSERT INTO run SELECT 1, 20000, 0, 0, 0, 0, 1, 20000, '2026-01-01', NULL, NULL, 0, 1, 0, true,
                           false, false;
    INSERT INTO queue VALUES (1, 0, true, 'q');
    INSERT INTO task SELECT i, 1, 1, NULL, 0, NULL, NULL, 'x' FROM generate_series(1, 20000) i;
    INSERT INTO ready SELECT 1 + i % 10, i, 1, 0, 0, 0, 0 FROM generate_series(1, 20000) i;
    INSERT INTO lease SELECT i, 1, 1, 1, '2026-01-01', NULL, NULL, NULL, 1, 0, 0, 0, 0
                      FROM generate_series(1, 20000) i;
    INSERT INTO timer SELECT i, '2026-01-01', 1, 1, 0, 0, 0, 0 FROM generate_series(1, 20000) i;
    INSERT INTO need SELECT i, 1, 1, NULL, 1, 0, 0 FROM generate_series(1, 20000) i;
    INSERT INTO done SELECT i, 1, 1, NULL, NULL, '2026-01-01', 1, 0, 5, NULL, NULL
                     FROM generate_series(1, 20000) i;
    INSERT INTO link SELECT i, i + 1, 0, 0 FROM generate_series(1, 20000) i)";

void expect_index_plans(PGconn& connection, const std::vector<Statement>& statements)
{
    for (const Statement& statement : statements) {
        const std::string plan = generic_plan(connection, statement);
        for (const char* table : {"ready", "lease", "task", "timer", "need", "done", "link"})
            EXPECT_EQ(plan.find(std::string("Seq Scan on ") + table), std::string::npos)
                << statement.name << "\n"
                << plan;
        EXPECT_EQ(plan.find("Sort Key: ready.queue_id"), std::string::npos)
            << statement.name << " must read heads in the order of the key\n"
            << plan;
    }
}

constexpr const char* server_defaults =
    "SET enable_seqscan = on; SET enable_hashjoin = on; SET enable_mergejoin = on; SET jit = on";

TEST(PostgresPlans, use_indexes_on_tables_that_were_filled_and_never_analyzed)
{
    const testing::MigratedDatabase database;
    database.ask(fill_sql);
    const Handle connection = connect(database.settings());

    expect_index_plans(*connection, hot_statements());
    expect_index_plans(*connection, rare_statements());
}

TEST(PostgresPlans, of_hot_statements_do_not_hang_on_the_settings_of_the_session)
{
    const testing::MigratedDatabase database;
    database.ask(fill_sql);
    const Handle connection = connect(database.settings());
    execute(*connection, "test", server_defaults);

    expect_index_plans(*connection, hot_statements());
}

TEST(PostgresPlans, use_indexes_on_tables_that_were_seen_empty)
{
    const testing::MigratedDatabase database;
    for (const char* table : {"ready", "lease", "task", "timer", "need", "done", "link", "run"})
        database.ask(std::string("VACUUM ANALYZE ") + table);
    const Handle connection = connect(database.settings());

    expect_index_plans(*connection, hot_statements());
    expect_index_plans(*connection, rare_statements());
}

TEST(PostgresPlans, find_the_outputs_of_a_task_without_those_of_all_others)
{
    const testing::MigratedDatabase database;
    const Handle connection = connect(database.settings());
    const auto expect_index = [&] {
        for (const Statement& statement : {sql::outputs_of, sql::read_outputs_of_task}) {
            const std::string plan = generic_plan(*connection, statement);
            EXPECT_NE(plan.find("output_task"), std::string::npos) << plan;
        }
        execute(*connection, "test", "DEALLOCATE ALL");
    };

    database.ask("INSERT INTO output SELECT 1, i, '2026-01-01', '2026-01-01', 1, 0, i::text::bytea "
                 "FROM generate_series(1, 20000) i");
    expect_index();

    database.ask("VACUUM ANALYZE output");
    expect_index();
}

} // namespace

} // namespace sluice::postgres::claim_test
