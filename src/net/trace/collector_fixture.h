// SPDX-License-Identifier: Apache-2.0
// For tests: a collector of traces on the loop of the test.
#pragma once

#include "async/signal.h"
#include "base/json.h"
#include "net/server_fixture.h"

#include <deque>
#include <string>
#include <vector>

namespace sluice::testing {

// A collector that answers as it is told, otherwise 200.
class Collector {
public:
    explicit Collector(asio::io_context& loop) : server_(loop, routes()) {}

    struct Answer {
        int status = 200;
        std::string retry_after = "";
        std::string body = "";
    };
    std::deque<Answer> answers;
    bool hangs = false;
    std::vector<Request> seen;

    std::string url() const { return server_.url("/v1/traces"); }
    void close() { await(server_.loop, server_.server.stop(0ms)); }

    // The spans of one request.
    Json spans(std::size_t request = 0) const
    {
        const Json document = parse_json(seen.at(request).body).value();
        return document["resourceSpans"][0]["scopeSpans"][0]["spans"];
    }

    std::vector<std::string> names(std::size_t request) const
    {
        const Json all = spans(request);
        std::vector<std::string> names;
        for (const Json& span : all)
            names.push_back(span["name"]);
        return names;
    }

private:
    Router routes()
    {
        Router router;
        router.add(
            {.method = Method::post,
             .pattern = "/v1/traces",
             .handle = [this](const Request& request) { return answer(request); }}
        );
        return router;
    }

    Async<Response> answer(const Request& request)
    {
        seen.push_back(request);
        while (hangs)
            co_await sleep_for(1h);
        Answer next;
        if (!answers.empty()) {
            next = std::move(answers.front());
            answers.pop_front();
        }
        Response response;
        response.status = next.status;
        response.body = next.body;
        if (!next.retry_after.empty())
            response.headers.add("Retry-After", next.retry_after);
        co_return response;
    }

    ServerFixture server_;
};

// What a span says under a name, as text; "" when it says nothing.
inline std::string attribute(const Json& span, std::string_view name)
{
    for (const Json& entry : span["attributes"])
        if (entry["key"] == name)
            return entry["value"].begin().value();
    return "";
}

} // namespace sluice::testing
