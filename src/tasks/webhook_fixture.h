// SPDX-License-Identifier: Apache-2.0
// For tests: webhooks over a database in memory, and targets that answer as they are told.
#pragma once

#include "net/guard/address_guard.h"
#include "net/server_fixture.h"
#include "store/service_reads.h"
#include "store/testing/driver.h"
#include "tasks/service_meter.h"
#include "tasks/webhooks.h"

#include <deque>
#include <string>
#include <vector>

namespace sluice::testing {

// Answers 200 when nothing else is scripted.
class ScriptedTarget {
public:
    explicit ScriptedTarget(asio::io_context& loop)
        : released_(loop.get_executor()), server_(loop, routes())
    {}
    ~ScriptedTarget()
    {
        await(server_.loop, server_.server.stop(0ms));
        server_.loop.restart();
        server_.loop.poll(); // what was cancelled ends
    }
    ScriptedTarget(const ScriptedTarget&) = delete;
    ScriptedTarget& operator=(const ScriptedTarget&) = delete;

    struct Answer {
        int status = 200;
        std::string body = "";
        std::string retry_after = "";
    };
    std::deque<Answer> answers;
    bool hangs = false; // until let_go()

    std::vector<Request> seen;
    std::function<void()> on_request = [] {};
    std::size_t hanging = 0;
    std::size_t hanging_max = 0; // at once

    void let_go()
    {
        hangs = false;
        released_.notify();
    }

    std::string url(std::string_view path = "/hook") const { return server_.url(path); }

    std::string header(std::size_t request, std::string_view name) const
    {
        return std::string(seen.at(request).headers.find(name).value_or("(none)"));
    }

    std::vector<std::string> all(std::string_view name) const
    {
        std::vector<std::string> values;
        for (std::size_t i = 0; i < seen.size(); ++i)
            values.push_back(header(i, name));
        return values;
    }

private:
    Router routes()
    {
        Router router;
        for (const char* path : {"/hook", "/hook/{part}"})
            for (const Method method : {Method::get, Method::post})
                router.add(
                    {.method = method,
                     .pattern = path,
                     .handle = [this](const Request& request) { return answer(request); }}
                );
        return router;
    }

    Async<Response> answer(const Request& request)
    {
        seen.push_back(request);
        on_request();
        Answer next;
        if (!answers.empty()) {
            next = std::move(answers.front());
            answers.pop_front();
        }
        hanging_max = std::max(hanging_max, ++hanging);
        while (hangs && request.is_awaited())
            co_await wait(request);
        --hanging;
        Response response;
        response.status = next.status;
        response.body = next.body;
        if (!next.retry_after.empty())
            response.headers.add("Retry-After", next.retry_after);
        co_return response;
    }

    Async<void> wait(const Request& request)
    {
        const PeerWatch watch(request, released_);
        co_await released_.wait();
    }

    Signal released_;
    ServerFixture server_;
};

// A port that nobody listens on.
inline std::string closed_port_url(asio::io_context& loop)
{
    const asio::ip::tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
    return fmt::format("http://127.0.0.1:{}/hook", acceptor.local_endpoint().port());
}

class WebhookTest : public ::testing::Test {
protected:
    explicit WebhookTest(const std::string& database = ":memory:") : db(loop, database, clock)
    {
        settings.host_url = "http://sluice.example";
    }

    // After the settings were made.
    Webhooks& webhooks()
    {
        if (!webhooks_) {
            sender_.emplace(client, db.store().clock(), random, settings);
            webhooks_.emplace(
                loop.get_executor(), db.store(), facts, *sender_, random, guard,
                metrics.service.webhooks, options
            );
        }
        return *webhooks_;
    }

    static Json action(const std::string& url, Json more = Json::object())
    {
        Json document{{"kind", "Webhook"}, {"params", {{"url", url}, {"verb", "Post"}}}};
        document.update(more);
        return document;
    }

    // One task of a batch of its own, claimed.
    Leased claimed(const Json& payload, std::optional<std::string> metadata = std::nullopt)
    {
        submit(payload, std::move(metadata));
        return claim();
    }

    Submitted submit(const Json& payload, std::optional<std::string> metadata = std::nullopt)
    {
        Submit request;
        request.run.kind = RunKind::batch;
        request.run.queues = {"webhook/target"};
        request.run.spec = "{}";
        NewTask& task = request.tasks.emplace_back();
        task.payload = dump_json(payload);
        CardRow& card = task.card.emplace();
        card.kind = "test";
        card.name = "test";
        card.metadata = std::move(metadata);
        card.success_actions = static_cast<int>(payload.value("on_success", Json::array()).size());
        card.failure_actions = static_cast<int>(payload.value("on_failure", Json::array()).size());
        card.cancel_actions = static_cast<int>(payload.value("on_cancel", Json::array()).size());
        return db(std::move(request)).value();
    }

    Leased claim()
    {
        Claim request;
        request.worker = worker();
        request.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{"webhook/*"});
        request.as = Claim::As::claimed;
        return db(std::move(request)).value().at(0);
    }

    WorkerId worker()
    {
        if (!worker_) {
            RegisterWorker request;
            request.name = "here";
            request.lease = std::chrono::hours(10);
            worker_ = db(std::move(request)).value();
        }
        return worker_;
    }

    // A task that has succeeded, or failed.
    Leased ended(const Json& payload, std::optional<FailureKind> failure = std::nullopt)
    {
        const Leased task = claimed(payload, R"({"name": "Ada"})");
        Finish request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = worker();
        request.failure = failure;
        EXPECT_TRUE(db(std::move(request)));
        return task;
    }

    std::string uuid(const Leased& task)
    {
        const RunId run = task.run;
        const auto view = db.read([run](Reads& reads) { return reads.run(run); });
        const Time created = view.value().row.created_at;
        return format_uid(db.store().uid(UidKind::task, created, task.task.value));
    }

    asio::io_context loop;
    ManualClock clock;
    Driver db;
    BatchFacts facts{db.store()};
    SeededRandom random{1};
    WebhookSettings settings;
    HttpClient client{
        loop.get_executor(), {.connections_max = 512, .connections_per_host_max = 64}};
    AddressGuard guard = AddressGuard::make({.syntax_only = true}).value();
    Webhooks::Options options;
    ProcessMetrics metrics;

private:
    std::optional<WebhookSender> sender_;
    std::optional<Webhooks> webhooks_;
    WorkerId worker_;
};

} // namespace sluice::testing
