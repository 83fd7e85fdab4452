// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::assert_test {
namespace {

std::vector<std::string> told;

void keep(const char* expression, const char*, int)
{
    told.push_back(expression);
}

class Handled : public ::testing::Test {
protected:
    Handled()
    {
        told.clear();
        set_assertion_handler(keep);
    }
    ~Handled() override { set_assertion_handler(nullptr); }
};

TEST(Assertion, that_fails_ends_the_program_in_its_words)
{
    const int two = 2;
    EXPECT_DEATH(SLUICE_ASSERT(two == 3), "broken expectation at .*assert_test.cc:.*: two == 3");
    EXPECT_DEATH(SLUICE_ASSERT_QUIETLY(two == 4), "broken expectation at .*: two == 4");
}

TEST_F(Handled, assertion_is_told_and_thrown)
{
    const int two = 2;
    try {
        SLUICE_ASSERT(two == 3);
        FAIL() << "nothing was thrown";
    } catch (const BrokenExpectation& broken) {
        EXPECT_NE(std::string(broken.what()).find("assert_test.cc:"), std::string::npos);
        EXPECT_NE(std::string(broken.what()).find(": two == 3"), std::string::npos);
    }
    EXPECT_EQ(told, std::vector<std::string>{"two == 3"});
}

TEST_F(Handled, assertion_of_a_destructor_is_told_and_passed_over)
{
    struct Ends {
        ~Ends() { SLUICE_ASSERT_QUIETLY(children == 0); }
        int children = 1;
    };
    {
        const Ends ends;
    }
    EXPECT_EQ(told, std::vector<std::string>{"children == 0"});
}

TEST_F(Handled, assertion_that_holds_is_told_to_nobody)
{
    SLUICE_ASSERT(told.empty());
    SLUICE_ASSERT_QUIETLY(told.empty());
    EXPECT_TRUE(told.empty());
}

} // namespace
} // namespace sluice::assert_test
