// SPDX-License-Identifier: Apache-2.0
#include "api/client_limit.h"

#include "api/auth.h"

#include <gtest/gtest.h>

namespace sluice::client_limit_test {

namespace {

using namespace std::chrono_literals;

const RateLimit::TimePoint noon = RateLimit::TimePoint() + 24h;

// Two requests at once, then one each second.
ClientLimit limit()
{
    return ClientLimit(RateLimit::Options{.requests = 1, .burst = 2});
}

Request from(std::string_view remote, std::string_view key = "")
{
    Request request;
    request.remote = remote;
    if (!key.empty())
        request.identity = Caller{std::string(key), KeyRole::write};
    return request;
}

int let_in(ClientLimit& limit, const Request& request)
{
    int count = 0;
    while (count < 10 && !limit.refuse(request, noon))
        ++count;
    return count;
}

TEST(ClientLimit, a_client_beyond_it_is_told_when_to_come_again)
{
    ClientLimit limit = client_limit_test::limit();
    const Request request = from("192.0.2.1", "ci");
    EXPECT_EQ(let_in(limit, request), 2);
    const Response response = limit.refuse(request, noon).value();
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(response.headers.count("Retry-After"), 1u);
    EXPECT_EQ(response.headers.find("Retry-After"), "1");
    EXPECT_NE(response.body.find("key ci may make 1 in a second"), std::string::npos)
        << response.body;
    EXPECT_FALSE(limit.refuse(request, noon + 1s));
}

TEST(ClientLimit, a_key_is_one_client_wherever_it_comes_from)
{
    ClientLimit limit = client_limit_test::limit();
    EXPECT_EQ(let_in(limit, from("192.0.2.1", "ci")), 2);
    EXPECT_EQ(let_in(limit, from("192.0.2.2", "ci")), 0);
    EXPECT_EQ(let_in(limit, from("192.0.2.1", "web")), 2);
}

TEST(ClientLimit, without_a_key_an_address_is_one_client)
{
    ClientLimit limit = client_limit_test::limit();
    EXPECT_EQ(let_in(limit, from("192.0.2.1")), 2);
    EXPECT_EQ(let_in(limit, from("192.0.2.2")), 2);
    EXPECT_EQ(let_in(limit, from("2001:db8::1")), 2);
}

TEST(ClientLimit, targets_with_handles_do_not_take_from_each_other)
{
    ClientLimit limit = client_limit_test::limit();
    EXPECT_EQ(let_in(limit, from("192.0.2.1", "handle")), 2);
    EXPECT_EQ(let_in(limit, from("192.0.2.2", "handle")), 2);
}

TEST(ClientLimit, a_key_cannot_take_the_place_of_an_address)
{
    ClientLimit limit = client_limit_test::limit();
    EXPECT_EQ(let_in(limit, from("192.0.2.1", "192.0.2.2")), 2);
    EXPECT_EQ(let_in(limit, from("192.0.2.2")), 2);
}

TEST(ClientLimit, this_machine_has_none)
{
    ClientLimit limit = client_limit_test::limit();
    for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(is_loopback(address)) << address;
        EXPECT_EQ(let_in(limit, from(address)), 10) << address;
        EXPECT_EQ(let_in(limit, from(address, "ci")), 10) << address;
    }
    for (const char* address :
         {"", "localhost", "128.0.0.1", "::2", "::", "0.0.0.0", "::ffff:10.0.0.127", "fe80::1"})
        EXPECT_FALSE(is_loopback(address)) << address;
}

TEST(ClientLimit, nobody_has_one_when_none_is_set)
{
    ClientLimit limit{std::nullopt};
    EXPECT_EQ(let_in(limit, from("192.0.2.1")), 10);
}

} // namespace

} // namespace sluice::client_limit_test
