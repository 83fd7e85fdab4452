// SPDX-License-Identifier: Apache-2.0
// A program of somebody else, which uses the library together with another Boost. It prints what it
// has seen, and ends with 1 when that is not as it must be.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <boost/version.hpp>

#include <sluice/client.h>
#include <sluice/workflows.h>

#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

static_assert(BOOST_VERSION == 107400, "the library was built with a newer one");

namespace asio = boost::asio;
namespace client = sluice::client;
namespace workflows = sluice::workflows;
using boost::system::error_code;
using boost::system::system_error;
using tcp = asio::ip::tcp;

namespace {

// Answers GET /…/404 with the status 404, on a thread of its own.
class Server {
public:
    Server() : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0})
    {
        accept();
        thread_ = std::thread([this] { loop_.run(); });
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server()
    {
        loop_.stop();
        thread_.join();
    }

    std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

private:
    void accept()
    {
        acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
            if (error)
                return;
            answer(socket);
            accept();
        });
    }

    static void answer(tcp::socket& socket)
    {
        std::string request;
        error_code error;
        asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", error);
        const std::size_t end = request.find(" HTTP/");
        const std::string status = request.substr(request.rfind('/', end - 1) + 1, 3);
        const std::string body = R"({"error": "this is )" + status + R"("})";
        const std::string answer =
            "HTTP/1.1 " + status +
            " So\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body;
        asio::write(socket, asio::buffer(answer), error);
    }

    asio::io_context loop_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

void check(bool is_so, const std::string& what)
{
    if (!is_so)
        throw std::logic_error("not as expected: " + what);
    std::cout << what << '\n';
}

// In a handler of this Boost's loop: what `call` throws comes out of run().
template <class Call>
void run_in_handler(Call call)
{
    asio::io_context loop;
    asio::post(loop, call);
    loop.run();
}

// `call` throws this type, and a program may also catch `Base`.
template <class Thrown, class Base, class Call>
void check_throws(const std::string& name, Call call)
{
    bool is_caught = false;
    try {
        run_in_handler(call);
    } catch (const Thrown&) {
        is_caught = true;
    }
    check(is_caught, name + " is caught as itself");

    is_caught = false;
    try {
        run_in_handler(call);
    } catch (const Base& error) {
        is_caught = dynamic_cast<const Thrown*>(&error) != nullptr;
    }
    check(is_caught, name + " is caught as its base");
}

// The library throws it for an answer with this status, and so does the program itself.
template <class Thrown>
void check_error(const client::Client& service, const std::string& name, int status)
{
    check_throws<Thrown, client::Error>(name, [&] { service.get(std::to_string(status)); });
    check_throws<Thrown, std::runtime_error>(name + " of the program", [status] {
        throw Thrown({.message = "of the program", .status = status});
    });
}

void use_client()
{
    const Server server;
    const client::Client service(server.url(), {.tries = 1});
    check_error<client::Invalid>(service, "Invalid", 400);
    check_error<client::Unauthorized>(service, "Unauthorized", 401);
    check_error<client::NotFound>(service, "NotFound", 404);
    check_error<client::Conflict>(service, "Conflict", 409);
    check_error<client::Unavailable>(service, "Unavailable", 503);
    check_error<client::Error>(service, "Error", 418);
    check_throws<std::invalid_argument, std::logic_error>("invalid_argument", [] {
        client::Client("no URL");
    });
}

// The same port, which nobody listens at: each Boost and the library tell it in their own words.
void use_both_on_a_closed_port()
{
    asio::io_context loop;
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    const tcp::endpoint closed = acceptor.local_endpoint();
    acceptor.close();

    check_throws<system_error, std::runtime_error>("system_error", [closed] {
        asio::io_context own;
        tcp::socket(own).connect(closed);
    });
    check_throws<client::Unavailable, client::Error>("Unavailable", [closed] {
        const std::string url = "http://127.0.0.1:" + std::to_string(closed.port());
        client::Client(url, {.tries = 1}).get("1");
    });
}

void describe_a_graph()
{
    client::Batch batch;
    const client::TaskDraft build = batch.task(
        {.name = "Build",
         .kind = "build",
         .on_start = client::webhook("https://w.example.com/build"),
         .rules = {client::concurrency(2, {.kind = "build"})}}
    );
    batch.task({.name = "Test", .kind = "test", .after = {client::succeeded(build)}});
    const client::Json read = client::Json::parse(batch.to_json().text());
    check(read.items().size() == 2, "a graph is described");
}

workflows::Workflow doubling()
{
    // A body may use this Boost, too.
    const auto twice = [](workflows::Context& context) {
        run_in_handler([&] { context.set("n", 2 * context.require<int>("n")); });
    };
    return workflows::WorkflowBuilder("doubling").task("twice", twice).build();
}

void run_a_workflow()
{
    workflows::Runner runner("sqlite://:memory:");
    runner.add(doubling());
    run_in_handler([&] {
        const workflows::RunResult result = runner.execute("doubling", {{"n", 21}});
        check(result.final_context().require<int>("n") == 42, "a workflow runs in a handler");
    });
    check_throws<workflows::Error, std::runtime_error>("workflows::Error", [&] {
        runner.execute("doubled");
    });
}

// The library throws the first two, the program the other one.
void use_errors_of_workflows()
{
    using workflows::Error;
    check_throws<workflows::DefinitionError, Error>("DefinitionError", [] {
        workflows::WorkflowBuilder("empty").build();
    });
    check_throws<workflows::ContextError, Error>("ContextError", [] {
        workflows::Context::from_json("[");
    });
    check_throws<workflows::TaskStopped, std::exception>("TaskStopped", [] {
        throw workflows::TaskStopped();
    });
}

} // namespace

int main()
{
    try {
        use_client();
        use_both_on_a_closed_port();
        describe_a_graph();
        run_a_workflow();
        use_errors_of_workflows();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
