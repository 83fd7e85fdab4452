// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_outputs_test {
namespace {

using namespace testing;

TEST_F(TablesTest, an_output_path_may_hold_any_bytes_and_has_one_owner)
{
    const std::string path("a\xff\0\n%", 5);
    OutputRow row{
        .run = {1},
        .path = path,
        .task = {2},
        .attempt = 1,
        .created_at = at(1),
        .updated_at = at(1)};
    tables().insert_outputs({&row, 1});
    EXPECT_THROW(tables().insert_outputs({&row, 1}), StoreFailure);

    row.state = OutputState::doomed;
    row.task = {3};
    row.updated_at = at(2);
    tables().update_outputs({&row, 1});
    const std::vector<OutputRow> found = tables().outputs_at({1}, {&path, 1});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].path, path);
    EXPECT_EQ(found[0].task, TaskId{3});
    EXPECT_EQ(found[0].updated_at, at(2));
    EXPECT_EQ(tables().doomed_outputs(at(2), 5).size(), 1u);
    EXPECT_TRUE(tables().doomed_outputs(at(1), 5).empty());
    EXPECT_EQ(tables().next_doomed(at(1)), at(2));
    EXPECT_EQ(tables().next_doomed(at(2)), std::nullopt);
    EXPECT_EQ(tables().outputs_of({1}, {&row.task, 1}).size(), 1u);

    OutputRow other = row;
    other.attempt = 2;
    tables().delete_outputs({&other, 1});
    EXPECT_EQ(tables().doomed_outputs(at(2), 5).size(), 1u);
    OutputRow as_before = row;
    as_before.updated_at = at(1);
    tables().delete_outputs({&as_before, 1});
    EXPECT_EQ(tables().doomed_outputs(at(2), 5).size(), 1u);
    tables().delete_outputs({&row, 1});
    EXPECT_TRUE(tables().doomed_outputs(at(2), 5).empty());
}

} // namespace
} // namespace sluice::sqlite::tables_outputs_test
