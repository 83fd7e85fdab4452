// SPDX-License-Identifier: Apache-2.0
#include "net/plain_path.h"

#include <gtest/gtest.h>

namespace sluice::plain_path_test {

namespace {

TEST(PlainPath, is_the_path_as_it_is)
{
    for (const char* path : {"", "/", "/task/0198c5a8-1", "/task/a_b.c~d:e@f"})
        EXPECT_EQ(plain_path(path), path);
}

TEST(PlainPath, ends_where_a_secret_may_begin)
{
    for (const char* path :
         {"/task/1?token=secret", "/task/1%3Ftoken=secret", "/task/1;secret", "/task/1&a=secret",
          "/task/1=secret", "/task/1 secret", "/task/1\nsecret", "/task/1\"secret"})
        EXPECT_EQ(plain_path(path), "/task/1...") << path;
}

TEST(PlainPath, is_short)
{
    EXPECT_EQ(plain_path("/" + std::string(5'000, 'a')).size(), 123u);
}

} // namespace

} // namespace sluice::plain_path_test
