// SPDX-License-Identifier: Apache-2.0
#include "tasks/target_names.h"

#include "async/signal.h"
#include "async/testing.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::target_names_test {

namespace {

using namespace std::chrono_literals;

using Addresses = std::vector<IpAddress>;

std::vector<TaskRequest> tasks_to(const std::vector<std::string>& hosts)
{
    Json list = Json::array();
    for (const std::string& host : hosts) {
        Json task{{"name", "a"}, {"kind", "k"}};
        task["id"] = fmt::format("t{}", list.size());
        task["on_start"]["kind"] = "Webhook";
        task["on_start"]["params"] = Json{{"verb", "Post"}, {"url", "http://" + host + "/x"}};
        list.push_back(std::move(task));
    }
    return read_task_requests(list, {}).value();
}

// A resolver whose answers, all of them private addresses, come when so many have asked.
struct Resolver {
    Async<Result<Addresses>> look_up(std::string name)
    {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        if (!news)
            news.emplace(executor);
        asked.push_back(std::move(name));
        news->notify();
        while (asked.size() < awaited)
            co_await news->wait();
        const Addresses addresses{parse_address("10.0.0.1").value()};
        co_return addresses;
    }

    LookUp function()
    {
        return [this](std::string name) { return look_up(std::move(name)); };
    }

    std::size_t awaited = 0;
    std::vector<std::string> asked;
    std::optional<Signal> news;
};

struct Fixture {
    std::vector<std::string>
    check(const std::vector<std::string>& hosts, std::chrono::milliseconds limit = 10s)
    {
        if (!names)
            names.emplace(guard, HostCheckOptions{limit, resolver.function()});
        const std::vector<TaskRequest> tasks = tasks_to(hosts);
        std::vector<std::string> places;
        for (const Problem& problem : testing::await(loop, names->check(tasks)))
            places.push_back(problem.path);
        return places;
    }

    asio::io_context loop{1};
    AddressGuard guard = AddressGuard::make({}).value();
    Resolver resolver;
    std::optional<TargetNames> names;
};

using Places = std::vector<std::string>;

TEST(TargetNames, are_asked_for_all_at_once)
{
    Fixture f;
    f.resolver.awaited = 3;
    EXPECT_EQ(f.check({"a.example", "b.example", "c.example"}).size(), 3u);
}

TEST(TargetNames, are_asked_for_once_and_refused_wherever_they_stand)
{
    Fixture f;
    EXPECT_EQ(
        f.check({"a.example", "8.8.8.8", "a.example"}),
        (Places{"tasks[0].on_start.params", "tasks[2].on_start.params"})
    );
    EXPECT_EQ(f.check({"a.example"}).size(), 1u) << "it is known";
    EXPECT_EQ(f.resolver.asked, Places{"a.example"});
}

TEST(TargetNames, that_are_not_known_within_one_limit_are_accepted_together)
{
    Fixture f;
    f.resolver.awaited = 61;
    std::vector<std::string> hosts;
    for (int i = 0; i < 60; ++i)
        hosts.push_back(fmt::format("h{}.example", i));
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(f.check(hosts, 100ms), Places{});
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s) << "not one limit for each";
}

} // namespace

} // namespace sluice::target_names_test
