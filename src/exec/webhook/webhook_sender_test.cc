// SPDX-License-Identifier: Apache-2.0
#include "exec/webhook/webhook_sender.h"

#include "net/trace/collector_fixture.h"
#include "net/trace/tracer.h"

#include <set>

namespace sluice::webhook_sender_test {

namespace {

using namespace testing;

constexpr std::string_view task_id = "01890a5d-ac96-774b-bcce-b302099a8057";

class FixedClock final : public Clock {
public:
    Time now() const override { return from_micros(1'700'000'000'900'000); }
};

// A target that remembers what it was sent, and answers as it is told.
class WebhookSenderTest : public ::testing::Test {
protected:
    WebhookSenderTest() : target(loop, routes()), client(loop.get_executor(), HttpClientOptions())
    {
        settings.host_url = "http://sluice.example:8080";
    }

    Router routes()
    {
        Router router;
        for (const Method method :
             {Method::get, Method::post, Method::put, Method::patch, Method::delete_})
            router.add(
                {.method = method,
                 .pattern = "/hook",
                 .handle = [this](const Request& request) { return answer(request); }}
            );
        return router;
    }

    Async<Response> answer(const Request& request)
    {
        seen = request;
        Response response = reply;
        co_return response;
    }

    Action action(std::string_view params)
    {
        Json document{{"kind", "Webhook"}, {"params", parse_json(params).value()}};
        if (!document["params"].contains("url"))
            document["params"]["url"] = target.url("/hook");
        return read_action(document, ActionRules()).value();
    }

    WebhookReply send(const Action& action, Trigger trigger = Trigger::start)
    {
        WebhookCall call{action, metadata, std::string(task_id), "batch", 1, trigger, ""};
        call.key = idempotency_key({task_id, 1, trigger, 0});
        WebhookSender sender(client, clock, random, settings, tracer ? &*tracer : nullptr);
        return await(loop, sender.send(std::move(call)));
    }

    // From now on tries are recorded; `spans()` ends that.
    void trace(double ratio = 1)
    {
        Tracer::Options options{.url = collector.url(), .sampler = {.ratio = ratio}};
        tracer.emplace(loop.get_executor(), std::move(options), random, Log());
        tracer->start();
    }

    Json spans()
    {
        await(loop, tracer->stop(60s));
        return collector.seen.empty() ? Json::array() : collector.spans();
    }

    std::string header(std::string_view name) const
    {
        return std::string(seen.headers.find(name).value_or("(none)"));
    }

    asio::io_context loop;
    Request seen;
    Response reply;
    ServerFixture target;
    HttpClient client;
    FixedClock clock;
    SeededRandom random{1};
    WebhookSettings settings;
    Collector collector{loop};
    std::optional<Tracer> tracer;
    Json metadata = parse_json(R"({"customer": 7, "name": "Ada L"})").value();
};

TEST_F(WebhookSenderTest, a_target_learns_what_task_it_is_about)
{
    const WebhookReply came =
        send(action(R"({"verb": "Post", "body": {"a": "{{metadata.customer}}"}})"));

    EXPECT_EQ(came.answer.outcome, TryOutcome::answered);
    EXPECT_EQ(came.answer.status, 200);
    EXPECT_EQ(seen.method, Method::post);
    EXPECT_EQ(seen.body, R"({"a":7})");
    EXPECT_EQ(header("Content-Type"), "application/json");
    EXPECT_EQ(header("Content-Length"), "7");
    EXPECT_EQ(header("Idempotency-Key"), std::string(task_id) + ":start");
    EXPECT_EQ(header("X-Task-Id"), task_id);
    EXPECT_EQ(header("X-Task-Trigger"), "start");
    EXPECT_EQ(header("X-Task-Attempt"), "1");
    EXPECT_TRUE(header("traceparent").starts_with("00-01890a5dac96774bbcceb302099a8057-"));
    EXPECT_EQ(header("webhook-signature"), "(none)");
}

TEST_F(WebhookSenderTest, every_verb_is_sent_as_it_is_named)
{
    const std::pair<std::string_view, Method> verbs[] = {
        {"Get", Method::get},     {"Post", Method::post},      {"Put", Method::put},
        {"Patch", Method::patch}, {"Delete", Method::delete_},
    };
    for (const auto& [verb, method] : verbs) {
        send(action(fmt::format(R"({{"verb": "{}"}})", verb)));
        EXPECT_EQ(seen.method, method) << verb;
        EXPECT_EQ(seen.body, "") << verb;
        EXPECT_EQ(header("Transfer-Encoding"), "(none)") << verb;
        EXPECT_EQ(header("Content-Type"), "(none)") << verb;
        const bool tells_size = method != Method::get && method != Method::delete_;
        EXPECT_EQ(header("Content-Length"), tells_size ? "0" : "(none)") << verb;
    }
}

TEST_F(WebhookSenderTest, the_handle_joins_the_parameters_of_the_url)
{
    const auto handle_of = [&](std::string_view query) {
        const std::string url = target.url("/hook") + std::string(query);
        send(action(fmt::format(R"({{"verb": "Post", "url": "{}"}})", url)));
        std::string all;
        for (const Field& field : seen.target.query)
            all += fmt::format("{}={};", field.name, field.value);
        return all;
    };
    const std::string handle = fmt::format("handle=http://sluice.example:8080/task/{};", task_id);
    EXPECT_EQ(handle_of(""), handle);
    EXPECT_EQ(handle_of("?a=1&b=%20"), "a=1;b= ;" + handle);
    EXPECT_EQ(handle_of("?"), handle);
    EXPECT_EQ(handle_of("?a=1&"), "a=1;" + handle);
    EXPECT_EQ(handle_of("?a=1#part"), "a=1;" + handle);
    EXPECT_EQ(handle_of("?n={{metadata.name}}"), "n=Ada L;" + handle);
}

TEST_F(WebhookSenderTest, a_handle_has_a_token_when_there_is_a_key)
{
    settings.handle_key = "0123456789abcdef0123456789abcdef";
    settings.needs_token = [] { return true; };
    const std::string handle = task_handle(settings, task_id);
    send(action(R"({"verb": "Post"})"));

    EXPECT_TRUE(handle.starts_with(fmt::format("{}/task/{}?token=", settings.host_url, task_id)));
    ASSERT_EQ(seen.target.query.size(), 1u);
    EXPECT_EQ(seen.target.query[0].value, handle);
}

TEST_F(WebhookSenderTest, our_headers_win_over_the_users)
{
    send(action(
        R"({"verb": "Post", "body": 1, "headers": {"x-task-id": "mine", "X-Mine": "{{attempt}}",
                    "content-type": "text/plain", "Host": "other", "Content-Length": "99"}})"
    ));

    EXPECT_EQ(header("X-Task-Id"), task_id);
    EXPECT_EQ(seen.headers.count("X-Task-Id"), 1u);
    EXPECT_EQ(header("X-Mine"), "1");
    EXPECT_EQ(header("Content-Type"), "text/plain");
    EXPECT_EQ(header("Content-Length"), "1");
    EXPECT_EQ(header("Host"), "127.0.0.1:" + std::to_string(target.port));
}

TEST_F(WebhookSenderTest, a_secret_signs_what_is_sent)
{
    settings.secrets.push_back(WebhookSecret::parse("a secret that is long enough").value());
    send(action(R"({"verb": "Post", "body": {"a": 1}})"), Trigger::failure);

    const std::string id = std::string(task_id) + ":end:failure";
    EXPECT_EQ(header("webhook-id"), id);
    EXPECT_EQ(header("webhook-timestamp"), "1700000000");
    EXPECT_EQ(
        header("webhook-signature"),
        webhook_signature({id, 1'700'000'000, R"({"a":1})"}, settings.secrets)
    );
}

TEST_F(WebhookSenderTest, each_try_has_a_span_of_its_own_in_one_trace)
{
    std::set<std::string> spans;
    WebhookSender sender(client, clock, random, settings);
    const Action hook = action(R"({"verb": "Post"})");
    for (int i = 0; i < 3; ++i) {
        await(
            loop, sender.send({hook, metadata, std::string(task_id), "b", 1, Trigger::start, "k"})
        );
        spans.insert(header("traceparent"));
    }
    EXPECT_EQ(spans.size(), 3u);
}

TEST_F(WebhookSenderTest, a_recorded_try_is_the_span_that_its_target_sees)
{
    trace();
    send(action(R"({"verb": "Put"})"), Trigger::success);
    const TraceContext seen_there = parse_traceparent(header("traceparent")).value();
    const Json made = spans();
    ASSERT_EQ(made.size(), 1u);
    const Json& span = made[0];
    EXPECT_EQ(span["name"], "PUT 127.0.0.1");
    EXPECT_EQ(span["kind"], 3);
    EXPECT_EQ(span["traceId"], "01890a5dac96774bbcceb302099a8057");
    EXPECT_EQ(span["spanId"], format_span_id(seen_there.span));
    EXPECT_TRUE(seen_there.is_sampled);
    EXPECT_FALSE(span.contains("parentSpanId"));
    EXPECT_FALSE(span.contains("status"));
    EXPECT_EQ(span["startTimeUnixNano"], "1700000000900000000");
    const std::pair<const char*, std::string> attributes[] = {
        {"http.request.method", "PUT"},
        {"http.response.status_code", "200"},
        {"server.address", "127.0.0.1"},
        {"server.port", std::to_string(target.port)},
        {"sluice.task.id", std::string(task_id)},
        {"sluice.batch.id", "batch"},
        {"sluice.task.attempt", "1"},
        {"sluice.webhook.trigger", "end"},
    };
    for (const auto& [name, value] : attributes)
        EXPECT_EQ(attribute(span, name), value) << name;
}

TEST_F(WebhookSenderTest, a_span_says_how_a_try_failed)
{
    trace();
    for (const int status : {302, 404, 503}) {
        reply.status = status;
        send(action(R"({"verb": "Post"})"));
    }
    await(loop, target.server.stop(0ms));
    send(action(R"({"verb": "Post"})"));
    const Json made = spans();
    ASSERT_EQ(made.size(), 4u);
    const char* const kinds[] = {"302", "404", "503", "unreachable"};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(made[i]["status"]["code"], 2);
        EXPECT_EQ(attribute(made[i], "error.type"), kinds[i]);
    }
    EXPECT_EQ(attribute(made[3], "http.response.status_code"), "");
}

TEST_F(WebhookSenderTest, a_span_shows_nothing_of_the_url_but_its_host)
{
    settings.handle_key = "0123456789abcdef0123456789abcdef";
    settings.needs_token = [] { return true; };
    trace();
    send(action(fmt::format(R"({{"verb": "Post", "url": "{}?key=hush"}})", target.url("/hook"))));
    const std::string made = dump_json(spans());
    EXPECT_EQ(made.find("hush"), std::string::npos) << made;
    EXPECT_EQ(made.find("token"), std::string::npos) << made;
    EXPECT_EQ(made.find("/hook"), std::string::npos) << made;
}

TEST_F(WebhookSenderTest, a_target_learns_when_the_trace_is_not_recorded)
{
    trace(0);
    send(action(R"({"verb": "Post"})"));
    EXPECT_TRUE(header("traceparent").ends_with("-00"));
    EXPECT_TRUE(spans().empty());
}

TEST_F(WebhookSenderTest, any_status_is_an_answer_and_redirects_are_not_followed)
{
    reply.status = 301;
    reply.headers.add("Location", target.url("/hook"));
    EXPECT_EQ(send(action(R"({"verb": "Post"})")).answer.status, 301);

    reply.status = 429;
    reply.headers.add("Retry-After", "7");
    reply.body = R"({"error": "later"})";
    const WebhookReply came = send(action(R"({"verb": "Post"})"));
    EXPECT_EQ(came.answer.status, 429);
    EXPECT_EQ(came.answer.retry_after, std::chrono::seconds(7));
    EXPECT_EQ(came.body, reply.body);
    EXPECT_TRUE(came.is_whole);
}

TEST_F(WebhookSenderTest, a_try_may_take_ten_seconds_unless_the_action_says_otherwise)
{
    const auto time_of = [this](const Action& hook) {
        WebhookCall call{hook, metadata, std::string(task_id), "batch", 1, Trigger::start, "k"};
        return webhook_request(settings, call, Time(), TraceContext()).value().total_time;
    };
    EXPECT_EQ(time_of(action(R"({"verb": "Post"})")), 10s);
    Json slow{{"kind", "Webhook"}, {"timeout", 30}};
    slow["params"] = parse_json(R"({"url": "http://h/", "verb": "Get"})").value();
    EXPECT_EQ(time_of(read_action(slow, ActionRules()).value()), 30s);
}

TEST_F(WebhookSenderTest, a_target_may_say_at_what_time_to_come_again)
{
    reply.status = 429;
    reply.headers.add("Retry-After", "Tue, 14 Nov 2023 22:13:24 GMT");
    const WebhookReply came = send(action(R"({"verb": "Post"})"));
    EXPECT_EQ(came.answer.retry_after, std::chrono::seconds(4)) << "it is 22:13:20.9";
}

TEST_F(WebhookSenderTest, a_long_answer_is_cut_and_its_status_counts)
{
    reply.body.assign(10u << 20, 'x');
    const WebhookReply came = send(action(R"({"verb": "Post"})"));

    EXPECT_EQ(came.answer.outcome, TryOutcome::answered);
    EXPECT_EQ(came.answer.status, 200);
    EXPECT_EQ(came.body.size(), WebhookSender::body_bytes_max);
    EXPECT_FALSE(came.is_whole);

    reply.body.assign(WebhookSender::body_bytes_max, 'x');
    EXPECT_TRUE(send(action(R"({"verb": "Post"})")).is_whole);
}

TEST_F(WebhookSenderTest, a_target_that_is_not_there_is_unreachable)
{
    await(loop, target.server.stop(0ms));
    const WebhookReply came = send(action(R"({"verb": "Post"})"));

    EXPECT_EQ(came.answer.outcome, TryOutcome::unreachable);
    EXPECT_NE(came.answer.detail, "");
}

TEST_F(WebhookSenderTest, a_template_without_a_value_is_not_sent)
{
    const Action hook = action(R"({"verb": "Post", "headers": {"X-A": "{{metadata.gone}}"}})");
    const WebhookReply came = send(hook);

    EXPECT_EQ(came.answer.outcome, TryOutcome::refused);
    EXPECT_TRUE(came.answer.detail.starts_with("header X-A: ")) << came.answer.detail;
    EXPECT_EQ(seen.method, Request().method) << "nothing came";
}

} // namespace

} // namespace sluice::webhook_sender_test
