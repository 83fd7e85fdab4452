// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing.h"

#include "base/text.h"

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>

namespace sluice::client::testing {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Nothing: the client has closed the connection.
std::optional<Sent> read_request(tcp::socket& socket, std::string& received)
{
    boost::system::error_code error;
    const std::size_t head_size =
        asio::read_until(socket, asio::dynamic_buffer(received), "\r\n\r\n", error);
    if (error)
        return std::nullopt;
    std::string_view head = std::string_view(received).substr(0, head_size);
    const std::string_view first = head.substr(0, head.find("\r\n"));
    Sent request;
    request.line = first.substr(0, first.rfind(' '));
    head.remove_prefix(first.size() + 2);
    while (!head.starts_with("\r\n")) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        const std::size_t colon = line.find(':');
        request.headers.emplace_back(to_lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
        head.remove_prefix(line.size() + 2);
    }
    const std::string length = request.header("content-length");
    const std::size_t size = head_size + (length.empty() ? 0 : std::stoul(length));
    if (received.size() < size)
        asio::read(
            socket, asio::dynamic_buffer(received), asio::transfer_exactly(size - received.size()),
            error
        );
    request.body = received.substr(head_size, size - head_size);
    received.erase(0, size);
    return request;
}

std::string response(const Scripted& answer)
{
    std::string text = fmt::format("HTTP/1.1 {} Scripted\r\n", answer.status);
    for (const auto& [name, value] : answer.headers)
        text += fmt::format("{}: {}\r\n", name, value);
    if (answer.status == 204)
        return text + "\r\n";
    return text + fmt::format("Content-Length: {}\r\n\r\n{}", answer.body.size(), answer.body);
}

} // namespace

std::string Sent::header(std::string_view name) const
{
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    return found == headers.end() ? "" : found->second;
}

ScriptedServer::ScriptedServer()
    : acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      thread_([this] { accept_clients(); })
{
    for (const char* name : {"no_proxy", "NO_PROXY"}) // whatever the tester's own settings are
        ::setenv(name, "127.0.0.1", 1);
}

ScriptedServer::~ScriptedServer()
{
    {
        const std::lock_guard lock(mutex_);
        stops_ = true;
        for (Connection& connection : connections_)
            ::shutdown(connection.socket.native_handle(), SHUT_RDWR);
    }
    tcp::socket(loop_).connect(acceptor_.local_endpoint()); // wakes the acceptor
    thread_.join();
    for (Connection& connection : connections_)
        connection.thread.join();
}

std::string ScriptedServer::url() const
{
    return fmt::format("http://127.0.0.1:{}", acceptor_.local_endpoint().port());
}

void ScriptedServer::answers(std::vector<Scripted> script)
{
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
    next_ = 0;
    sent_.clear();
}

std::vector<Sent> ScriptedServer::sent() const
{
    const std::lock_guard lock(mutex_);
    return sent_;
}

std::size_t ScriptedServer::connections() const
{
    const std::lock_guard lock(mutex_);
    return connections_.size();
}

void ScriptedServer::accept_clients()
{
    for (;;) {
        tcp::socket socket = acceptor_.accept();
        const std::lock_guard lock(mutex_);
        if (stops_)
            return;
        Connection& connection = connections_.emplace_back(loop_);
        connection.socket = std::move(socket);
        connection.thread = std::thread([this, &connection] { serve(connection); });
    }
}

void ScriptedServer::serve(Connection& connection)
{
    std::string received;
    while (auto request = read_request(connection.socket, received)) {
        const Scripted answer = take(std::move(*request));
        if (answer.instead == Scripted::Instead::breaks_off)
            break;
        boost::system::error_code ignored;
        if (answer.instead == Scripted::Instead::nothing)
            asio::write(connection.socket, asio::buffer(response(answer)), ignored);
    }
    ::shutdown(connection.socket.native_handle(), SHUT_RDWR);
}

Scripted ScriptedServer::take(Sent request)
{
    const std::lock_guard lock(mutex_);
    sent_.push_back(std::move(request));
    const Scripted answer = script_[next_];
    next_ = std::min(next_ + 1, script_.size() - 1);
    return answer;
}

void expect_asked(const std::vector<Asked>& calls)
{
    ScriptedServer server;
    const Client client(server.url() + "/base/", {.api_key = "secret"});
    for (const Asked& asked : calls) {
        SCOPED_TRACE(asked.line);
        server.answers({{.body = asked.answer}});
        asked.call(client);
        const std::vector<Sent> sent = server.sent();
        ASSERT_EQ(sent.size(), 1u);
        const std::size_t path = asked.line.find('/');
        EXPECT_EQ(sent[0].line, std::string(asked.line).insert(path, "/base"));
        EXPECT_EQ(sent[0].body, asked.body);
        EXPECT_EQ(sent[0].header("content-type"), asked.body.empty() ? "" : "application/json");
        EXPECT_EQ(sent[0].header("authorization"), "Bearer secret");
        EXPECT_TRUE(sent[0].header("user-agent").starts_with("sluice-cpp/"));
    }
    EXPECT_EQ(server.connections(), 1u);
}

std::string task_json(const std::vector<Json::Member>& changes)
{
    const Json action = Json::parse(R"({"id": "6f1c2f7e-1d0c-5b6e-9a51-0d5e5a7c1b2d",
        "kind": "Webhook", "trigger": "Start", "condition": null,
        "params": {"url": "https://w.example.com/", "verb": "Post"}})");
    std::vector<Json::Member> members{
        {"id", task_id},
        {"name", "Build the image"},
        {"kind", "build"},
        {"status", "Pending"},
        {"created_at", "2026-01-31T12:00:00.000001Z"},
        {"started_at", nullptr},
        {"success", 0},
        {"failures", 0},
        {"expected_count", 10},
        {"ended_at", nullptr},
        {"batch_id", batch_id},
        {"dead_end_barrier", false},
        {"priority", 5},
        {"group_id", nullptr},
        {"attempt", 1},
        {"scheduled_at", nullptr},
        {"timeout", 600},
        {"rules", Json::array({})},
        {"metadata", Json::object({{"customer", 7}})},
        {"actions", Json::array({action})},
        {"last_updated", "2026-01-31T12:00:00.000001Z"},
        {"failure_reason", nullptr},
        {"retry", Json::object({{"max_retries", 2}})},
        {"max_attempts", 3},
        {"next_retry_at", nullptr},
        {"requester", nullptr},
        {"deleted_at", nullptr},
        {"preemptible", false},
        {"preempts", false}};
    for (const auto& [name, value] : changes)
        std::ranges::find(members, name, &Json::Member::first)->second = value;
    return Json::object(members).text();
}

} // namespace sluice::client::testing
