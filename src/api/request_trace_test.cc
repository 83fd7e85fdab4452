// SPDX-License-Identifier: Apache-2.0
#include "api/request_trace.h"

#include "net/trace/collector_fixture.h"

namespace sluice::request_trace_test {

namespace {

using namespace testing;

constexpr std::string_view task = "01890a5d-ac96-774b-bcce-b302099a8057";
constexpr std::string_view task_trace = "01890a5dac96774bbcceb302099a8057";
constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class RequestTraceTest : public ::testing::Test {
protected:
    RequestTraceTest()
    {
        tracer.start();
        task_route.method = Method::patch;
        task_route.pattern = "/task/{id}";
        request.method = Method::patch;
        request.target = *parse_target("/task/" + std::string(task) + "?token=hush");
        request.path_fields = {{"id", std::string(task)}};
    }

    ~RequestTraceTest() override { await(loop, tracer.stop(0s)); }

    // The span of a request that was answered.
    Json trace(const Route* route, int status = 200, const Headers* headers = nullptr)
    {
        trace_request(
            tracer, {request, route, status, 1500us, 10, headers},
            from_micros(1'700'000'000'000'000)
        );
        await(loop, tracer.stop(60s));
        return collector.seen.empty() ? Json() : collector.spans()[0];
    }

    asio::io_context loop;
    Collector collector{loop};
    SeededRandom random{1};
    Tracer tracer{loop.get_executor(), {.url = collector.url()}, random, Log()};
    Route task_route;
    Request request;
};

TEST_F(RequestTraceTest, a_request_is_a_span_of_its_route)
{
    request.headers.add("traceparent", parent);
    const Headers headers{{"X-Batch-ID", "b"}};
    const Json span = trace(&task_route, 404, &headers);
    EXPECT_EQ(span["name"], "PATCH /task/{id}");
    EXPECT_EQ(span["kind"], 2);
    EXPECT_EQ(span["startTimeUnixNano"], "1699999999998500000");
    EXPECT_EQ(span["endTimeUnixNano"], "1700000000000000000");
    EXPECT_FALSE(span.contains("status")) << "the client's mistake is no failure of ours";
    const std::pair<const char*, std::string> attributes[] = {
        {"http.request.method", "PATCH"},
        {"http.route", "/task/{id}"},
        {"http.response.status_code", "404"},
        {"url.path", "/task/" + std::string(task)},
        {"sluice.batch.id", "b"},
    };
    for (const auto& [name, value] : attributes)
        EXPECT_EQ(attribute(span, name), value) << name;
    EXPECT_EQ(dump_json(span).find("hush"), std::string::npos);
}

TEST_F(RequestTraceTest, goes_on_with_the_trace_of_its_client)
{
    request.headers.add("Traceparent", parent);
    const Json span = trace(&task_route);
    EXPECT_EQ(span["traceId"], "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(span["parentSpanId"], "b7ad6b7169203331");
}

TEST_F(RequestTraceTest, a_change_of_a_task_is_a_part_of_its_trace)
{
    const Json span = trace(&task_route);
    EXPECT_EQ(span["traceId"], task_trace);
    EXPECT_FALSE(span.contains("parentSpanId"));
}

TEST_F(RequestTraceTest, a_look_at_a_task_begins_a_trace_of_its_own)
{
    request.method = Method::get;
    EXPECT_NE(trace(&task_route)["traceId"], task_trace);
}

TEST_F(RequestTraceTest, what_is_no_task_begins_a_trace_of_its_own)
{
    const Route batch{.method = Method::delete_, .pattern = "/batch/{id}"};
    EXPECT_NE(trace(&batch)["traceId"], task_trace);
}

TEST_F(RequestTraceTest, headers_that_are_no_context_do_not_count)
{
    request.headers.add("traceparent", parent);
    request.headers.add("traceparent", parent);
    EXPECT_EQ(trace(&task_route)["traceId"], task_trace);
}

TEST_F(RequestTraceTest, what_its_client_does_not_record_is_not_recorded)
{
    request.headers.add("traceparent", std::string(parent.substr(0, 53)) + "00");
    EXPECT_TRUE(trace(&task_route).is_null());
}

TEST_F(RequestTraceTest, a_failure_of_the_server_is_one)
{
    const Json span = trace(&task_route, 503);
    EXPECT_EQ(span["status"]["code"], 2);
    EXPECT_EQ(attribute(span, "error.type"), "503");
}

TEST_F(RequestTraceTest, without_a_route_only_the_method_is_the_name)
{
    request.method = Method::other;
    request.target = *parse_target("/nowhere?token=hush");
    const Json span = trace(nullptr, 404);
    EXPECT_EQ(span["name"], "_OTHER");
    EXPECT_EQ(attribute(span, "http.route"), "");
    EXPECT_EQ(attribute(span, "url.path"), "/nowhere");
}

} // namespace

} // namespace sluice::request_trace_test
