// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"
#include "store/sqlite/migrator.h"

#include "store/sqlite_sql.h"

#include <gtest/gtest.h>

namespace sluice::sqlite::schema_test {
namespace {

class Schema : public ::testing::Test {
protected:
    Schema() : connection_(":memory:", nullptr, {}) { migrate(connection_, sql::migrations, {}); }

    bool accepts(const std::string& statement)
    {
        try {
            connection_.execute(statement);
            return true;
        } catch (const StoreFailure& failure) {
            EXPECT_EQ(failure.kind(), StoreFailure::Kind::refused) << failure.what();
            EXPECT_EQ(failure.error().code, Errc::conflict) << failure.what();
            return false;
        }
    }

    // Changes one column of the only row; what the schema refuses must leave the row alone.
    void refuses(const std::string& table, std::initializer_list<const char*> changes)
    {
        for (const char* change : changes)
            EXPECT_FALSE(accepts("UPDATE " + table + " SET " + change)) << table << ": " << change;
    }

    Connection connection_;
};

TEST_F(Schema, a_run_has_possible_states_and_counts_that_add_up)
{
    ASSERT_TRUE(accepts("INSERT INTO run VALUES (1,0,1,0,0,0,0, 5,1,1,0,0, 1,5, 0,NULL,NULL)"));
    refuses(
        "run", {"kind = 3", "state = 5", "ending = 3", "linked = 2", "staged = 2", "sweep = 1",
                "state = 2", "finished_at = 1", "succeeded = 5", "total = 1", "failed = -1",
                "state = 2, finished_at = 1", "created_at = NULL", "created_at = 'noon'"}
    );
    EXPECT_TRUE(accepts("UPDATE run SET succeeded = 4, state = 3, finished_at = 9, sweep = 1"));
}

TEST_F(Schema, a_lease_has_an_attempt_and_a_paused_clock_stands_still)
{
    ASSERT_TRUE(accepts("INSERT INTO lease VALUES (1,1,1,0, 1,0,0, 7,0, 5,NULL,9,NULL,NULL)"));
    refuses(
        "lease", {"attempt = 0", "tries = -1", "rescues = -1", "owner = 2", "paused_left = 4",
                  "expires_at = NULL, paused_left = -1", "worker_id = NULL", "deferred_left = 4",
                  "expires_at = NULL, deferred_left = -1"}
    );
    EXPECT_TRUE(accepts("UPDATE lease SET expires_at = NULL, deferred_left = 4"));
}

TEST_F(Schema, places_and_needs_never_count_below_zero)
{
    ASSERT_TRUE(accepts("INSERT INTO ready VALUES (1,0,1,1,0,0,0)"));
    ASSERT_TRUE(accepts("INSERT INTO timer VALUES (1,5,1,1,0,0,0,0)"));
    ASSERT_TRUE(accepts("INSERT INTO held VALUES (1,1,1,0,0,0,0,NULL)"));
    ASSERT_TRUE(accepts("INSERT INTO need VALUES (1,1,1,0,1,0,NULL)"));
    refuses("ready", {"attempt = -1", "tries = -1", "rescues = -1"});
    refuses("timer", {"attempt = -1", "tries = -1", "rescues = -1", "due = NULL"});
    refuses("held", {"attempt = -1", "tries = -1", "rescues = -1"});
    refuses("need", {"unfinished = -1", "attempt = -1"});
    EXPECT_FALSE(accepts("INSERT INTO ready VALUES (1,0,1,2,0,0,0)"));
    EXPECT_FALSE(accepts("INSERT INTO timer VALUES (1,5,1,1,0,0,0,0)"));
}

TEST_F(Schema, outputs_of_a_task_are_found_without_those_of_all_others)
{
    const std::string text = "EXPLAIN QUERY PLAN " + std::string(sql::outputs_of_task.text);
    const Statement statement{"plan", text};
    std::string plan;
    const auto each_row = [&plan](Row& row) {
        std::int64_t id = 0;
        std::int64_t parent = 0;
        std::int64_t unused = 0;
        into(row, id, parent, unused);
        plan += row.get<std::string>();
    };
    Prepared(connection_.handle(), statement, nullptr).rows(each_row, RunId{1}, TaskId{2});
    EXPECT_EQ(plan, "SEARCH output USING INDEX output_task (run_id=? AND task_id=?)");
}

TEST_F(Schema, an_end_is_a_final_state)
{
    ASSERT_TRUE(accepts("INSERT INTO done VALUES (1,1,5, 1,0,7, NULL,NULL,9, '','')"));
    refuses("done", {"outcome = 4", "outcome = 9", "attempt = -1", "finished_at = NULL"});
    EXPECT_FALSE(accepts("INSERT INTO done VALUES (1,1,5, 1,0,7, NULL,NULL,9, '','')"));
}

TEST_F(Schema, tasks_links_attempts_and_outputs_are_bounded)
{
    ASSERT_TRUE(accepts("INSERT INTO task VALUES (1,1,1,0,NULL,'','','',NULL)"));
    ASSERT_TRUE(accepts("INSERT INTO link VALUES (1,2,0,0)"));
    ASSERT_TRUE(accepts("INSERT INTO attempt VALUES (1,1,0,7,1,NULL,2,'')"));
    ASSERT_TRUE(accepts("INSERT INTO output VALUES (1,x'ff',1,1,0,1,1)"));
    refuses("task", {"nprio = 1001", "nprio = -1001", "timeout = 0", "parents = ''"});
    refuses("link", {"parent_id = 2", "condition = 4", "unmet = 2"});
    refuses("attempt", {"attempt = 0", "ended = 4"});
    refuses("output", {"attempt = 0", "state = 3", "path = 'text'"});
    EXPECT_FALSE(accepts("INSERT INTO link VALUES (1,2,1,1)"));
}

TEST_F(Schema, names_are_not_empty_and_keys_have_a_role)
{
    EXPECT_FALSE(accepts("INSERT INTO queue (id, name, run_id, open) VALUES (1,'',0,1)"));
    EXPECT_FALSE(accepts("INSERT INTO run_detail VALUES (1,'','','',NULL,'')"));
    EXPECT_FALSE(accepts("INSERT INTO request VALUES ('','h',1,0)"));
    EXPECT_FALSE(accepts("INSERT INTO api_key VALUES (1,'n','h',3,0,NULL)"));
    EXPECT_FALSE(accepts("INSERT INTO clock VALUES (2,0)"));
    EXPECT_FALSE(accepts("UPDATE sequence SET next = 0"));
}

TEST_F(Schema, a_definition_has_a_document_and_only_a_rule_is_followed)
{
    ASSERT_TRUE(accepts("INSERT INTO definition VALUES (1,0,NULL,"
                        "'00000000000000000000000000000000','{}','',1,0,0,0)"));
    refuses(
        "definition", {"kind = 2", "name = ''", "key = '1'", "document = ''", "version = 0",
                       "changed = 2", "kind = 1, changed = 1", "actor = NULL"}
    );
    ASSERT_TRUE(accepts("INSERT INTO rule_use VALUES (1,1,1,1)"));
    refuses("rule_use", {"version = 0", "run_id = NULL"});
    EXPECT_FALSE(accepts("INSERT INTO rule_use VALUES (1,1,1,2)")) << "one use of a rule by a task";
}

TEST_F(Schema, a_version_of_a_workflow_stands_once_and_the_empty_context_does_not)
{
    ASSERT_TRUE(accepts("INSERT INTO workflow VALUES (1,'a::b::c','0123456789abcdef','{}',0,0)"));
    refuses("workflow", {"namespace = 'c'", "version = '1'", "graph = '{'", "created_at = NULL"});
    EXPECT_FALSE(accepts("INSERT INTO workflow VALUES (2,'a::b::c','0123456789abcdef','{}',1,1)"));

    ASSERT_TRUE(accepts("INSERT INTO execution VALUES (1,1,NULL)"));
    refuses("execution", {"context = '{}'", "workflow_id = NULL"});
}

TEST_F(Schema, a_schedule_of_batches_has_no_key_and_another_one_is_registered_once)
{
    const std::string row = "VALUES (1,1,1,0,NULL,0,0,0,NULL,0,'n','','{}', ";
    ASSERT_TRUE(accepts("INSERT INTO schedule " + row + "0,NULL,NULL)"));
    refuses("schedule", {"kind = 1", "kind = 3, key = 'k'", "key = 'k'", "kind = 1, key = ''"});
    ASSERT_TRUE(accepts("UPDATE schedule SET id = 2, kind = 1, key = 'k'"));
    EXPECT_FALSE(accepts("INSERT INTO schedule " + row + "1,'k',NULL)"));
    EXPECT_TRUE(accepts("INSERT INTO schedule " + row + "2,'k',7)"));
}

TEST_F(Schema, a_job_on_kubernetes_has_a_place_and_says_since_when_it_is_in_trouble)
{
    ASSERT_TRUE(accepts("INSERT INTO cluster_job VALUES (1,7,1,'jobs','uid',5,'',NULL,'')"));
    refuses(
        "cluster_job", {"phase = 5", "phase = -1", "namespace = ''", "trouble = 'x'",
                        "trouble_since = 5", "uid = ''", "created_at = NULL", "leader_id = NULL"}
    );
    EXPECT_TRUE(accepts("UPDATE cluster_job SET trouble = 'x', trouble_since = 5, phase = 4"));
    EXPECT_FALSE(accepts("INSERT INTO cluster_job VALUES (1,0,0,'jobs','',NULL,'',NULL,'')"));
}

TEST_F(Schema, a_task_has_one_leave_to_upload)
{
    ASSERT_TRUE(accepts("INSERT INTO upload_leave VALUES (1,1,1,9)"));
    refuses("upload_leave", {"attempt = 0", "until = NULL", "run_id = NULL"});
    EXPECT_FALSE(accepts("INSERT INTO upload_leave VALUES (1,1,2,9)"));
}

TEST_F(Schema, a_tick_counts_its_tries)
{
    ASSERT_TRUE(accepts("INSERT INTO schedule VALUES "
                        "(1,1,1,0,NULL,0,0,0,NULL,0,'n','','{}',0,NULL,NULL)"));
    ASSERT_TRUE(accepts("INSERT INTO tick VALUES (1,5,6,2,0,'away',0,NULL,NULL)"));
    refuses("tick", {"tries = -1", "tries = 1", "tried_at = 7", "context_hash = '1'"});
    EXPECT_TRUE(accepts("UPDATE tick SET tries = 1, tried_at = 7"));
}

} // namespace
} // namespace sluice::sqlite::schema_test
