// SPDX-License-Identifier: Apache-2.0
// Waits for a server that says nothing, which the end of a program does not wait for.
#include "store/postgres/neighbours.h"
#include "store/postgres/testing.h"
#include "support/migrated_postgres.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace sluice::postgres::break_off_test {

namespace {

using Kind = StoreFailure::Kind;

// Longer than any test: only a break-off ends a wait.
ConnectSettings patient(ConnectSettings settings, std::shared_ptr<const BreakOff> break_off)
{
    settings.connect_timeout = std::chrono::hours(1);
    settings.statement_timeout = std::chrono::hours(1);
    settings.break_off = std::move(break_off);
    return settings;
}

void await_blocked(const testing::MigratedDatabase& database)
{
    while (database.ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0")
        std::this_thread::yield();
}

bool is_not_waited_for(const StoreFailure& failure)
{
    return failure.error().detail.find(not_waited_for) != std::string::npos;
}

// Takes one connection, and never answers it.
class SilentServer {
public:
    SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, any, size) != 0 || ::listen(listener_, 1) != 0 ||
            ::getsockname(listener_, any, &size) != 0)
            throw std::runtime_error("no listener");
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer()
    {
        ::close(client_);
        ::close(listener_);
    }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    std::string url() const { return "postgresql://x@127.0.0.1:" + std::to_string(port_) + "/x"; }

    void await_question()
    {
        client_ = ::accept(listener_, nullptr, nullptr);
        char first = 0;
        [[maybe_unused]] const ssize_t read = ::read(client_, &first, 1);
    }

private:
    int listener_;
    int client_ = -1;
    int port_ = 0;
};

TEST(PostgresBreakOff, ends_the_wait_for_an_answer)
{
    const testing::MigratedDatabase database;
    const Handle holder = connect(database.settings());
    execute(*holder, "hold", "BEGIN; LOCK TABLE task IN ACCESS EXCLUSIVE MODE");
    const auto break_off = std::make_shared<BreakOff>();
    PostgresSession session(patient(database.settings(), break_off), nullptr, nullptr);
    std::thread giver([&] {
        await_blocked(database);
        break_off->give();
    });

    const StoreFailure failure = failure_from([&] {
        write(session, [](Tables& tables) { tables.insert_tasks(one(task_row(1))); });
    });
    giver.join();

    EXPECT_EQ(failure.kind(), Kind::lost);
    EXPECT_TRUE(is_not_waited_for(failure)) << failure.what();
    session.rollback();
    EXPECT_TRUE(is_not_waited_for(failure_from([&] { session.connect(); })));
}

TEST(PostgresBreakOff, ends_a_connect)
{
    SilentServer server;
    const auto break_off = std::make_shared<BreakOff>();
    std::thread giver([&] {
        server.await_question();
        break_off->give();
    });

    const StoreFailure failure =
        failure_from([&] { connect(patient(settings_for(server.url()), break_off)); });
    giver.join();

    EXPECT_EQ(failure.kind(), Kind::lost);
    EXPECT_TRUE(is_not_waited_for(failure)) << failure.what();
}

TEST(PostgresBreakOff, lets_neighbours_end_whose_question_has_no_answer)
{
    const testing::MigratedDatabase database;
    const Handle holder = connect(database.settings());
    execute(
        *holder, "hold",
        "SELECT pg_advisory_lock(hashtext('sluice worker of ' || current_schema()), 7)"
    );
    const auto break_off = std::make_shared<BreakOff>();
    auto neighbours = make_neighbours(patient(database.settings(), break_off), nullptr, Log());
    neighbours->join(WorkerId{7});
    await_blocked(database);
    break_off->give();
    neighbours.reset(); // waits for their thread
}

TEST(PostgresBreakOff, that_is_not_given_changes_nothing)
{
    const testing::MigratedDatabase database;
    PostgresSession session(
        patient(database.settings(), std::make_shared<BreakOff>()), nullptr, nullptr
    );
    write(session, [](Tables& tables) { tables.insert_tasks(one(task_row(1))); });
    EXPECT_EQ(database.ask("SELECT count(*) FROM task"), "1");
}

} // namespace

} // namespace sluice::postgres::break_off_test
