// SPDX-License-Identifier: Apache-2.0
#include "net/guard/host_check.h"

#include "async/signal.h"
#include "async/testing.h"

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

namespace sluice::host_check_test {

using namespace std::chrono_literals;

namespace {

Async<Result<std::vector<IpAddress>>> answer(std::vector<std::string> texts)
{
    std::vector<IpAddress> addresses;
    for (const std::string& text : texts)
        addresses.push_back(parse_address(text).value());
    co_return addresses;
}

Async<Result<std::vector<IpAddress>>> fail(std::string)
{
    co_return Error{Errc::not_found, "no such host"};
}

Async<Result<std::vector<IpAddress>>> hang(std::string)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Signal never(executor);
    co_await never.wait();
    co_return Error{};
}

struct Fixture {
    std::optional<std::string> refuse(LookUp look_up, std::chrono::milliseconds limit = 10s)
    {
        const HostCheckOptions options{.limit = limit, .look_up = std::move(look_up)};
        return testing::await(loop, refuse_name(guard, "a.example", options));
    }

    std::optional<std::string> refuse_answer(std::vector<std::string> addresses)
    {
        return refuse([addresses](std::string) { return answer(addresses); });
    }

    asio::io_context loop{1};
    AddressGuard guard = AddressGuard::make({}).value();
};

} // namespace

TEST(HostCheck, accepts_a_name_with_public_addresses)
{
    Fixture f;
    EXPECT_EQ(f.refuse_answer({"8.8.8.8", "2606:4700:4700::1111"}), std::nullopt);
}

TEST(HostCheck, refuses_a_name_when_one_of_its_addresses_is_refused)
{
    Fixture f;
    EXPECT_EQ(
        f.refuse_answer({"8.8.8.8", "10.0.0.1", "127.0.0.1"}),
        "host 'a.example' leads to a private address: a host with public addresses only is accepted"
    );
    EXPECT_TRUE(f.refuse_answer({"8.8.8.8", "::ffff:169.254.169.254"}));
}

TEST(HostCheck, accepts_a_name_that_does_not_resolve)
{
    Fixture f;
    EXPECT_EQ(f.refuse(&fail), std::nullopt);
    EXPECT_EQ(f.refuse_answer({}), std::nullopt);
}

TEST(HostCheck, accepts_a_name_whose_addresses_do_not_come_within_the_limit)
{
    Fixture f;
    EXPECT_EQ(f.refuse(&hang, 1ms), std::nullopt);
}

TEST(HostCheck, asks_for_the_name_and_only_when_addresses_matter)
{
    Fixture f;
    std::vector<std::string> asked;
    const auto look_up = [&asked](std::string name) {
        asked.push_back(name);
        return answer({"10.0.0.1"});
    };
    f.refuse(look_up);
    EXPECT_EQ(asked, std::vector<std::string>{"a.example"});

    f.guard = AddressGuard::make({.syntax_only = true}).value();
    EXPECT_EQ(f.refuse(look_up), std::nullopt);
    EXPECT_EQ(asked.size(), 1u);

    f.guard = AddressGuard::make({.allowed_networks = {"10.0.0.0/8"}}).value();
    EXPECT_EQ(f.refuse(look_up), std::nullopt);
}

TEST(LookUp, finds_the_addresses_of_this_machine)
{
    asio::io_context loop{1};
    const auto found = testing::await(loop, look_up("127.0.0.1"));
    EXPECT_EQ(found.value(), std::vector{make_ipv4(0x7f000001)});

    const AddressGuard guard = AddressGuard::make({}).value();
    const HostCheckOptions options;
    EXPECT_TRUE(testing::await(loop, refuse_name(guard, "localhost", options)));
}

TEST(LookUp, fails_for_what_is_no_name)
{
    asio::io_context loop{1};
    EXPECT_TRUE(testing::await(loop, look_up("a..b")).has_error());
}

} // namespace sluice::host_check_test
