// SPDX-License-Identifier: Apache-2.0
#include "net/trace/otlp.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::otlp_test {

namespace {

Span span()
{
    Span made;
    made.context = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    made.kind = SpanKind::client;
    made.name = "POST target.example";
    made.begun = from_micros(1'769'860'800'123'456);
    made.ended = from_micros(1'769'860'800'123'457);
    made.attributes["http.request.method"] = "POST";
    made.attributes["http.response.status_code"] = 200;
    return made;
}

Json document_of(const Span& span)
{
    const std::vector<Span> spans{span};
    return otlp_request({}, spans)["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
}

TEST(Otlp, a_span_has_the_form_that_collectors_read)
{
    const Json expected = parse_json(R"({
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331",
        "name": "POST target.example", "kind": 3,
        "startTimeUnixNano": "1769860800123456000", "endTimeUnixNano": "1769860800123457000",
        "attributes": [
            {"key": "http.request.method", "value": {"stringValue": "POST"}},
            {"key": "http.response.status_code", "value": {"intValue": "200"}}]})")
                              .value();
    EXPECT_EQ(document_of(span()), expected);
}

TEST(Otlp, a_span_names_its_parent_and_its_failure)
{
    Span failed = span();
    failed.kind = SpanKind::server;
    failed.parent = SpanId{0x1f};
    failed.error = "500";
    const Json document = document_of(failed);
    EXPECT_EQ(document["parentSpanId"], "000000000000001f");
    EXPECT_EQ(document["kind"], 2);
    EXPECT_EQ(document["status"]["code"], 2);
    EXPECT_EQ(document["attributes"].back()["key"], "error.type");
    EXPECT_EQ(document["attributes"].back()["value"]["stringValue"], "500");
}

TEST(Otlp, the_resource_says_who_has_made_the_spans)
{
    const std::vector<Span> spans{span(), span()};
    const Json request = otlp_request({"tasks", "1.2.3", "here-7"}, spans);
    ASSERT_EQ(request["resourceSpans"].size(), 1u);
    const Json& made = request["resourceSpans"][0];
    const Json expected = parse_json(R"([
        {"key": "service.name", "value": {"stringValue": "tasks"}},
        {"key": "service.version", "value": {"stringValue": "1.2.3"}},
        {"key": "service.instance.id", "value": {"stringValue": "here-7"}}])")
                              .value();
    EXPECT_EQ(made["resource"]["attributes"], expected);
    EXPECT_EQ(made["scopeSpans"][0]["scope"]["name"], "sluice");
    EXPECT_EQ(made["scopeSpans"][0]["spans"].size(), 2u);
}

TEST(Otlp, only_four_statuses_invite_to_come_again)
{
    for (int status = 100; status < 600; ++status) {
        const bool is_one = status == 429 || (status >= 502 && status <= 504);
        EXPECT_EQ(may_resend(status), is_one) << status;
    }
}

TEST(Otlp, an_answer_may_say_what_was_not_taken)
{
    const Rejection some =
        rejection_in(R"({"partialSuccess": {"rejectedSpans": "3", "errorMessage": "too\u0007old"}})"
        );
    EXPECT_EQ(some.count, 3u);
    EXPECT_EQ(some.why.find('\a'), std::string::npos);
    EXPECT_EQ(rejection_in(R"({"partialSuccess": {"rejectedSpans": 4}})").count, 4u);
    for (const char* none :
         {"", "{}", "[]", "{\"partialSuccess\": null}", "{\"partialSuccess\": {}}",
          "{\"partialSuccess\": {\"rejectedSpans\": -1, \"errorMessage\": 7}}", "\x0a\x00", "true"})
        EXPECT_EQ(rejection_in(none).count, 0u) << none;
}

} // namespace

} // namespace sluice::otlp_test
