// SPDX-License-Identifier: Apache-2.0
#include "store/task_parents.h"

#include <gtest/gtest.h>

namespace sluice::task_parents_test {
namespace {

TEST(TaskParents, are_written_in_their_order_and_read_back)
{
    const std::pair<TaskParents, const char*> forms[] = {
        {{}, ""},
        {{{TaskId{12}, TaskId{3}}, {}}, "12,3"},
        {{{TaskId{12}, TaskId{3}}, {TaskId{1}, TaskId{9223372036854775807}}},
         "12,3;1,9223372036854775807"},
        {{{}, {TaskId{7}}}, ";7"},
    };
    for (const auto& [parents, text] : forms) {
        EXPECT_EQ(format_parents(parents), text);
        EXPECT_EQ(parse_parents(text).value(), parents) << text;
    }
}

TEST(TaskParents, that_are_no_ids_are_corrupt)
{
    for (const char* text :
         {",", "1,", ",1", "1;", ";", "1;2;3", "a", "1 2", "0", "-1", "+1", "9223372036854775808",
          "1,,2"})
        EXPECT_EQ(parse_parents(text).error().code, Errc::corrupt) << text;
}

} // namespace
} // namespace sluice::task_parents_test
