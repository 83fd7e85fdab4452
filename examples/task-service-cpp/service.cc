// SPDX-License-Identifier: Apache-2.0
// A target of webhooks that counts words: receives a task, works, reports, and ends it.
//
//     service [PORT]
//
// SLUICE_SERVER and SLUICE_KEY say where the task service is, and the API key if it wants one.
#include "settings.h"

#include <sluice/client.h>

#include <httplib.h>

#include <iostream>
#include <iterator>
#include <mutex>
#include <set>
#include <sstream>

using namespace sluice::client;

namespace {

std::int64_t words_in(const std::string& line)
{
    std::istringstream words(line);
    return std::distance(std::istream_iterator<std::string>(words), {});
}

Json found(std::int64_t words)
{
    return Json::object({{"words", words}});
}

// The words of some lines, one report for each line.
void count(const TaskHandle& task, const Json& body)
{
    std::int64_t words = 0;
    for (const Json& line : body.at("lines").items()) {
        words += words_in(line.as_string());
        task.report_progress({.success = 1});
    }
    task.succeed({.metadata = found(words)});
}

// The words of all tasks of this batch. What they have found stands at the server, so that this
// program may end and start again at any time.
void add(const TaskHandle& task, const Json&)
{
    const Client client = sluice_server();
    std::int64_t words = 0;
    for (const LightTask& part : client.iterate({.kind = "count", .batch_id = task.get().batch_id}))
        words += client.get(part.id).metadata.at("words").as_integer();
    task.succeed({.metadata = found(words)});
}

using Work = void (*)(const TaskHandle& task, const Json& body);

void run(Work work, const TaskHandle& task, const std::string& body)
{
    try {
        try {
            work(task, body.empty() ? Json() : Json::parse(body));
        } catch (const Error&) {
            throw;
        } catch (const std::exception& problem) {
            task.fail(problem.what()); // the work is wrong, not the way to the server
        }
    } catch (const NotFound&) {
        // Somebody has canceled it.
    } catch (const Conflict&) {
        // It was too slow, and another attempt is at work.
    } catch (const Error& problem) {
        std::cerr << "task " << task.id() << ": " << problem.what() << std::endl;
    }
}

// Answers at once and works afterwards: an answer that takes long is no answer.
class Target {
public:
    void begin(Work work, const httplib::Request& request)
    {
        if (!is_new(request.get_header_value("Idempotency-Key")))
            return; // the server has not heard our first answer; we are at work already
        const TaskHandle task = TaskHandle::from_webhook(
            request.target, request.headers, {.connections = connections_}
        );
        workers_.enqueue([work, task, body = request.body] { run(work, task, body); });
    }

private:
    bool is_new(const std::string& key)
    {
        const std::lock_guard lock(mutex_);
        return accepted_.insert(key).second;
    }

    Connections connections_; // of all handles
    std::mutex mutex_;
    std::set<std::string> accepted_;
    httplib::ThreadPool workers_{8};
};

} // namespace

int main(int count_of_arguments, char** arguments)
{
    Target target;
    httplib::Server server;
    const auto serve = [&](const char* path, Work work) {
        server.Post(path, [&target, work](const httplib::Request& request, httplib::Response&) {
            target.begin(work, request);
        });
    };
    serve("/count", count);
    serve("/add", add);
    const int wanted = count_of_arguments > 1 ? std::stoi(arguments[1]) : 8090;
    const int port = wanted == 0 ? server.bind_to_any_port("127.0.0.1")
                                 : (server.bind_to_port("127.0.0.1", wanted) ? wanted : -1);
    if (port < 0) {
        std::cerr << "port " << wanted << " cannot be used" << std::endl;
        return 1;
    }
    std::cout << "http://127.0.0.1:" << port << std::endl;
    server.listen_after_bind();
}
