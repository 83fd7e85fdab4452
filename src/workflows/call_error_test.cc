// SPDX-License-Identifier: Apache-2.0
#include "workflows/call_error.h"

#include <gtest/gtest.h>

namespace sluice::call_error_test {
namespace {

using Kind = CallError::Kind;

TEST(CallErrors, keep_the_words_of_an_error_and_what_kind_it_is)
{
    EXPECT_EQ(to_call_error({Errc::not_found, "no such run"}).kind, Kind::not_found);
    EXPECT_EQ(to_call_error({Errc::not_found, "no such run"}).text, "no such run");
    EXPECT_EQ(to_call_error({Errc::invalid, ""}).kind, Kind::invalid);
    EXPECT_EQ(to_call_error({Errc::conflict, ""}).kind, Kind::conflict);
    EXPECT_EQ(to_call_error({Errc::overloaded, ""}).kind, Kind::overloaded);
    EXPECT_EQ(name(Kind::not_found), "not_found");
}

TEST(CallErrors, say_that_a_time_that_ran_out_is_a_database_that_is_away)
{
    EXPECT_EQ(to_call_error({Errc::unavailable, ""}).kind, Kind::unavailable);
    EXPECT_EQ(to_call_error({Errc::timed_out, ""}).kind, Kind::unavailable);
}

TEST(CallErrors, call_broken_what_no_call_expects)
{
    EXPECT_EQ(to_call_error({Errc::corrupt, ""}).kind, Kind::broken);
    EXPECT_EQ(to_call_error({Errc::unauthorized, ""}).kind, Kind::broken);
}

} // namespace
} // namespace sluice::call_error_test
