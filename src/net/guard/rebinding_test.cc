// SPDX-License-Identifier: Apache-2.0
// What happens when a name's addresses change between two look-ups, or do not come at all.
#include "async/testing.h"
#include "net/guard/address_guard.h"
#include "net/guard/host_check.h"
#include "net/guard/listener_fixture.h"
#include "net/http_client.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>

namespace sluice::rebinding_test {

using namespace std::chrono_literals;

namespace {

// The answers of the name server for the names of these tests. libcurl asks on its own threads,
// which may outlive a test.
class NameServer {
public:
    static NameServer& instance()
    {
        static NameServer& server = *new NameServer;
        return server;
    }

    // One address per look-up.
    void answer(const std::string& name, std::vector<std::string> addresses)
    {
        const std::lock_guard lock(mutex_);
        answers_[name] = std::move(addresses);
    }

    // Nothing for a name that is not ours.
    std::optional<std::string> next(const std::string& name)
    {
        std::unique_lock lock(mutex_);
        if (name == "hanging.example") {
            changed_.wait_for(lock, 5s, [&] { return !hangs_; });
            ended_ = true;
            changed_.notify_all();
            return "8.8.8.8";
        }
        std::vector<std::string>& left = answers_[name];
        if (left.empty())
            return std::nullopt;
        std::string address = left.front();
        left.erase(left.begin());
        return address;
    }

    void hang()
    {
        const std::lock_guard lock(mutex_);
        hangs_ = true;
        ended_ = false;
    }

    // True when the look-up had not given up by itself.
    bool release()
    {
        std::unique_lock lock(mutex_);
        const bool in_time = !ended_;
        hangs_ = false;
        changed_.notify_all();
        changed_.wait_for(lock, 5s, [&] { return ended_; });
        return in_time;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::vector<std::string>> answers_;
    bool hangs_ = false;
    bool ended_ = false;
};

} // namespace

} // namespace sluice::rebinding_test

// Asio and libcurl call this one, because it is found before the C library's.
extern "C" [[gnu::visibility("default")]] int
getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found)
{
    static const auto real =
        reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const auto address = sluice::rebinding_test::NameServer::instance().next(name ? name : "");
    return real(address ? address->c_str() : name, service, hints, found);
}

namespace sluice::rebinding_test {

TEST(Rebinding, to_a_restricted_address_is_seen_at_the_second_look_up)
{
    for (const char* second : {"127.0.0.1", "169.254.169.254"}) {
        NameServer::instance().answer("rebound.example", {"8.8.8.8", second});
        asio::io_context loop{1};
        testing::ListenerFixture listener(loop);
        const AddressGuard guard = AddressGuard::make({}).value();
        HttpClient client(loop.get_executor(), {.guard = &guard});
        const HostCheckOptions options;

        EXPECT_EQ(
            testing::await(loop, refuse_name(guard, "rebound.example", options)), std::nullopt
        );
        const std::string origin = listener.origin("rebound.example");
        ClientRequest request{.url = origin + "/key"};
        const auto response = testing::await(loop, client.send(std::move(request)));

        ASSERT_TRUE(response.has_error());
        EXPECT_EQ(response.error().code, Errc::invalid);
        EXPECT_TRUE(response.error().detail.starts_with(origin + ": its address is a "));
        EXPECT_FALSE(listener.is_reached());
    }
}

TEST(HostCheck, refuses_what_the_system_resolves_to_a_restricted_address)
{
    NameServer::instance().answer("private.example", {"10.0.0.1"});
    asio::io_context loop{1};
    const AddressGuard guard = AddressGuard::make({}).value();
    const HostCheckOptions options;

    EXPECT_TRUE(testing::await(loop, refuse_name(guard, "private.example", options)));
}

TEST(HostCheck, accepts_a_name_when_the_system_does_not_answer_within_the_limit)
{
    NameServer::instance().hang();
    asio::io_context loop{1};
    const AddressGuard guard = AddressGuard::make({}).value();
    const HostCheckOptions options{.limit = 100ms};

    EXPECT_FALSE(testing::await(loop, refuse_name(guard, "hanging.example", options)));
    EXPECT_TRUE(NameServer::instance().release());
}

TEST(HttpClient, does_not_wait_for_a_look_up_that_hangs_when_the_time_is_over)
{
    NameServer::instance().hang();
    asio::io_context loop{1};
    HttpClient client(loop.get_executor(), {});
    ClientRequest request{.url = "http://hanging.example/", .total_time = 100ms};

    const auto response = testing::await(loop, client.send(std::move(request)));

    EXPECT_EQ(response.error().code, Errc::timed_out);
    EXPECT_TRUE(NameServer::instance().release());
}

} // namespace sluice::rebinding_test
