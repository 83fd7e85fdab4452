// SPDX-License-Identifier: Apache-2.0
// For tests: a server that answers as a test says, and the documents of the task service.
#pragma once

#include "sdk/exchange.h"
#include "sluice/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace sluice::client::testing {

// One request as it came.
struct Sent {
    std::string line; // "GET /task?kind=a"
    Headers headers;  // their names are lower-case
    std::string body;

    std::string header(std::string_view name) const;
};

// One answer; or what happens instead when the request has come.
struct Scripted {
    enum class Instead { nothing, breaks_off, keeps_silent };

    int status = 200;
    std::string body = {};
    Headers headers = {};
    Instead instead = Instead::nothing;
};

inline const Scripted breaks_off{.instead = Scripted::Instead::breaks_off};
inline const Scripted keeps_silent{.instead = Scripted::Instead::keeps_silent};

// Listens on 127.0.0.1, and gives the answers in their order, the last one again and again. It has
// threads of its own, since the clients block.
class ScriptedServer {
public:
    ScriptedServer();
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::string url() const;
    void answers(std::vector<Scripted> script);

    // What has come since the script was given.
    std::vector<Sent> sent() const;
    std::size_t connections() const; // ever

private:
    struct Connection {
        explicit Connection(boost::asio::io_context& loop) : socket(loop) {}
        boost::asio::ip::tcp::socket socket;
        std::thread thread;
    };

    void accept_clients();
    void serve(Connection& connection);
    Scripted take(Sent request);

    boost::asio::io_context loop_; // never runs: all calls block
    boost::asio::ip::tcp::acceptor acceptor_;
    mutable std::mutex mutex_; // for all below
    std::list<Connection> connections_;
    std::vector<Scripted> script_{{}};
    std::size_t next_ = 0;
    std::vector<Sent> sent_;
    bool stops_ = false;
    std::thread thread_;
};

constexpr std::string_view task_id = "019a9f3c-5b1f-7000-8000-00000b2c3d4e";
constexpr std::string_view batch_id = "019a9f3c-5b1e-7000-8000-00000a1b2c3d";

// A task as GET /task/{id} shows it, with other values of some members.
std::string task_json(const std::vector<Json::Member>& changes = {});

// 2026-01-31T12:00:00Z
inline const Time noon = Time(std::chrono::seconds(1'769'860'800));

// A call, what it asks of the server, and what that answers.
struct Asked {
    std::string line;
    std::string body;
    std::string answer;
    std::function<void(const Client&)> call;
};

// Whether each call asks so, over one connection.
void expect_asked(const std::vector<Asked>& calls);

// No time is lost between tries.
inline const Options at_once{.delay_initial = std::chrono::milliseconds(0)};

// The exception of this kind that `call` ends with; nothing when it ends without one.
template <class Expected, class Call>
std::optional<Expected> caught(Call&& call)
{
    try {
        call();
    } catch (const Expected& error) {
        return error;
    }
    return std::nullopt;
}

} // namespace sluice::client::testing
