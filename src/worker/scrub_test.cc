// SPDX-License-Identifier: Apache-2.0
#include "worker/scrub.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sys/prctl.h>

namespace sluice::scrub_test {
namespace {

std::string environment_block()
{
    std::ifstream file("/proc/self/environ", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// PATH is a variable that surely stands in the block that the kernel shows.
TEST(Scrub, the_key_is_not_in_proc_environ)
{
    const std::string path = std::getenv("PATH");
    ASSERT_NE(environment_block().find("PATH=" + path), std::string::npos);

    EXPECT_EQ(take_secret_variable("PATH"), path);

    EXPECT_EQ(environment_block().find("PATH=" + path), std::string::npos);
    EXPECT_EQ(std::getenv("PATH"), nullptr);
    ::setenv("PATH", path.c_str(), 1);
}

TEST(Scrub, a_variable_that_is_not_set_is_empty)
{
    EXPECT_EQ(take_secret_variable("SLUICE_NO_SUCH_VARIABLE"), "");
}

TEST(Scrub, nobody_of_the_same_user_may_look_in)
{
    forbid_inspection();
    EXPECT_EQ(::prctl(PR_GET_DUMPABLE), 0);
    ::prctl(PR_SET_DUMPABLE, 1); // the leak checker of the test looks in, too
}

} // namespace
} // namespace sluice::scrub_test
