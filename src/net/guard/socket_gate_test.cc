// SPDX-License-Identifier: Apache-2.0
#include "net/guard/socket_gate.h"

#include "net/guard/listener_fixture.h"

#include <gtest/gtest.h>

#include <memory>

namespace sluice::socket_gate_test {

namespace {

// A listener and a transfer that only connects to it, by a name with given addresses.
class Stage {
public:
    explicit Stage(AddressGuard::Options options)
        : guard_(AddressGuard::make(std::move(options)).value()), gate_(guard_, easy_.get())
    {}

    CURLcode connect(std::string_view addresses)
    {
        const std::string answer =
            fmt::format("rebound.example:{}:{}", listener_.port(), addresses);
        const std::unique_ptr<curl_slist, void (*)(curl_slist*)> answers(
            curl_slist_append(nullptr, answer.c_str()), curl_slist_free_all
        );
        const std::string url = listener_.origin("rebound.example");
        curl_easy_setopt(easy_.get(), CURLOPT_RESOLVE, answers.get());
        curl_easy_setopt(easy_.get(), CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy_.get(), CURLOPT_PROXY, "");
        curl_easy_setopt(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
        return curl_easy_perform(easy_.get());
    }

    bool is_reached() { return listener_.is_reached(); }
    std::string refusal() const { return std::string(gate_.refusal().value_or("")); }

private:
    boost::asio::io_context loop_{1};
    testing::ListenerFixture listener_{loop_};
    AddressGuard guard_;
    std::unique_ptr<CURL, void (*)(CURL*)> easy_{curl_easy_init(), curl_easy_cleanup};
    SocketGate gate_;
};

} // namespace

TEST(SocketGate, keeps_a_transfer_from_an_address_whatever_the_name_is)
{
    for (const char* address : {"127.0.0.1", "[::ffff:127.0.0.1]"}) {
        Stage stage({});
        EXPECT_EQ(stage.connect(address), CURLE_COULDNT_CONNECT);
        EXPECT_EQ(stage.refusal(), "a loopback address");
        EXPECT_FALSE(stage.is_reached());
    }
}

TEST(SocketGate, opens_sockets_to_allowed_addresses)
{
    Stage stage({.allowed_networks = {"127.0.0.0/8"}});
    EXPECT_EQ(stage.connect("127.0.0.1"), CURLE_OK);
    EXPECT_EQ(stage.refusal(), "");
    EXPECT_TRUE(stage.is_reached());
}

TEST(SocketGate, lets_a_transfer_go_on_with_the_next_address)
{
    Stage stage({.allowed_networks = {"127.0.0.1"}});
    EXPECT_EQ(stage.connect("10.0.0.1,127.0.0.2,127.0.0.1"), CURLE_OK);
    EXPECT_EQ(stage.refusal(), "");
    EXPECT_TRUE(stage.is_reached());
}

TEST(SocketGate, refuses_when_every_address_is_refused)
{
    Stage stage({});
    EXPECT_EQ(stage.connect("10.0.0.1,127.0.0.1,[fd00::1]"), CURLE_COULDNT_CONNECT);
    EXPECT_NE(stage.refusal(), "");
    EXPECT_FALSE(stage.is_reached());
}

TEST(SocketGate, does_not_blame_an_address_when_another_was_tried)
{
    Stage stage({.allowed_networks = {"127.0.0.2"}});
    EXPECT_EQ(stage.connect("127.0.0.1,127.0.0.2"), CURLE_COULDNT_CONNECT);
    EXPECT_EQ(stage.refusal(), "");
    EXPECT_FALSE(stage.is_reached());
}

} // namespace sluice::socket_gate_test
