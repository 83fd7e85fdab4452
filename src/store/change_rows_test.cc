// SPDX-License-Identifier: Apache-2.0
#include "store/change_rows.h"

#include <gtest/gtest.h>

namespace sluice::change_rows_test {
namespace {

TEST(ChangeRows, GiveBackTheMovesThatWereWritten)
{
    const std::vector<Move> moves{
        {TaskId{1}, RunId{2}, std::nullopt, TaskState::waiting},
        {TaskId{9'000'000'000'000}, RunId{7}, TaskState::running, TaskState::skipped},
    };
    EXPECT_EQ(parse_moves(format_moves(moves)), moves);
    EXPECT_EQ(format_moves(moves), "1 2 - 0\n9000000000000 7 3 8\n");
}

TEST(ChangeRows, LeaveOutWhatIsNoMove)
{
    EXPECT_TRUE(parse_moves("").empty());
    for (const char* line :
         {"1 2 - 9", "1 2 9 1", "1 2 x 1", "x 2 - 1", "1 x - 1", "1 2 -", "1 2 3 4 5", "\n"})
        EXPECT_TRUE(parse_moves(line).empty()) << line;
    EXPECT_EQ(parse_moves("nonsense\n1 2 1 2\n").size(), 1U);
}

} // namespace
} // namespace sluice::change_rows_test
