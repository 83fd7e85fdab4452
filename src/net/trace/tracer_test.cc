// SPDX-License-Identifier: Apache-2.0
#include "net/trace/tracer.h"

#include "net/trace/collector_fixture.h"

namespace sluice::tracer_test {

namespace {

using namespace testing;

class TracerTest : public ::testing::Test {
protected:
    TracerTest()
    {
        options.url = collector.url();
        options.limits.batch_max = 2;
        options.limits.interval = 1h;
        options.limits.backoff = {.delay_base = 1ms, .delay_max = 1ms};
    }

    ~TracerTest() override
    {
        if (tracer)
            stop();
    }

    void start()
    {
        tracer.emplace(loop.get_executor(), options, random, Log());
        tracer->start();
    }

    void stop(std::chrono::seconds patience = 0s) { await(loop, tracer->stop(patience)); }

    void record(const std::vector<std::string>& names)
    {
        for (const std::string& name : names) {
            Span span;
            span.context = tracer->begin({});
            span.name = name;
            tracer->record(std::move(span));
        }
    }

    template <class Condition>
    void run_until(Condition condition)
    {
        loop.restart();
        while (!condition() && loop.run_one() > 0) {
        }
    }

    void run_until_seen(std::size_t requests)
    {
        run_until([&] { return collector.seen.size() >= requests; });
    }

    void run_until_lost(std::uint64_t spans)
    {
        run_until([&] { return tracer->lost() >= spans; });
    }

    using Names = std::vector<std::string>;

    asio::io_context loop;
    SeededRandom random{1};
    Collector collector{loop};
    Tracer::Options options;
    std::optional<Tracer> tracer;
};

TEST_F(TracerTest, a_full_batch_is_sent_at_once)
{
    options.headers.add("X-Tenant", "ada");
    start();
    record({"a", "b", "c"});
    run_until_seen(1);
    EXPECT_EQ(collector.names(0), (Names{"a", "b"}));
    EXPECT_EQ(collector.seen[0].headers.find("Content-Type"), "application/json");
    EXPECT_EQ(collector.seen[0].headers.find("X-Tenant"), "ada");
    record({"d"});
    run_until_seen(2);
    EXPECT_EQ(collector.names(1), (Names{"c", "d"}));
}

TEST_F(TracerTest, a_span_waits_for_others_no_longer_than_the_interval)
{
    options.limits.interval = 1ms;
    start();
    record({"a"});
    run_until_seen(1);
    EXPECT_EQ(collector.names(0), Names{"a"});
}

TEST_F(TracerTest, what_a_collector_cannot_take_now_is_sent_again)
{
    collector.answers = {{429}, {502}, {503}, {504}};
    start();
    record({"a", "b"});
    run_until_seen(5);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(collector.names(i), (Names{"a", "b"})) << i;
    stop(60s);
    EXPECT_EQ(tracer->lost(), 0u);
    EXPECT_EQ(collector.seen.size(), 5u);
}

TEST_F(TracerTest, a_collector_may_say_when_to_come_again)
{
    options.limits.backoff = {.delay_base = 1h, .delay_max = 1h};
    collector.answers = {{503, "0"}};
    start();
    record({"a", "b"});
    run_until_seen(2);
    EXPECT_EQ(collector.seen.size(), 2u);
}

TEST_F(TracerTest, what_a_collector_refuses_is_lost)
{
    std::uint64_t lost = 0;
    for (const int status : {400, 401, 404, 408, 413, 500, 301}) {
        collector.answers.push_back({status});
        if (!tracer)
            start();
        record({"a", "b"});
        run_until_lost(lost += 2);
        EXPECT_EQ(collector.seen.size(), lost / 2) << status;
    }
    record({"c", "d"});
    stop(60s);
    EXPECT_EQ(tracer->lost(), lost);
}

TEST_F(TracerTest, spans_are_given_up_after_some_tries_and_the_next_are_sent)
{
    options.limits.tries_max = 3;
    collector.answers = {{503}, {503}, {503}};
    start();
    record({"a", "b", "c", "d"});
    run_until_seen(4);
    EXPECT_EQ(collector.names(2), (Names{"a", "b"}));
    EXPECT_EQ(collector.names(3), (Names{"c", "d"}));
    EXPECT_EQ(tracer->lost(), 2u);
}

TEST_F(TracerTest, spans_beyond_the_queue_are_lost_and_counted)
{
    options.limits.queue_max = 3;
    start();
    record({"a", "b", "c", "d", "e"});
    EXPECT_EQ(tracer->lost(), 2u);
    stop(60s);
    EXPECT_EQ(collector.names(0), (Names{"a", "b"}));
    EXPECT_EQ(collector.names(1), Names{"c"});
    EXPECT_EQ(tracer->lost(), 2u);
}

TEST_F(TracerTest, spans_that_the_collector_does_not_keep_are_counted)
{
    collector.answers = {
        {200, "", R"({"partialSuccess": {"rejectedSpans": "1", "errorMessage": "old"}})"}};
    start();
    record({"a", "b"});
    run_until_lost(1);
    EXPECT_EQ(tracer->lost(), 1u);
}

TEST_F(TracerTest, a_stop_sends_what_waits)
{
    start();
    record({"a", "b", "c", "d", "e"});
    stop(60s);
    ASSERT_EQ(collector.seen.size(), 3u);
    EXPECT_EQ(collector.names(2), Names{"e"});
    EXPECT_EQ(tracer->lost(), 0u);
}

TEST_F(TracerTest, a_stop_does_not_wait_for_a_collector_that_is_away)
{
    options.limits.backoff = {.delay_base = 1h, .delay_max = 1h};
    collector.close();
    start();
    record({"a", "b", "c"});
    stop(3600s);
    EXPECT_EQ(tracer->lost(), 3u);
}

TEST_F(TracerTest, a_stop_makes_a_last_try_instead_of_a_pause)
{
    options.limits.backoff = {.delay_base = 1h, .delay_max = 1h};
    collector.answers = {{503}};
    start();
    record({"a", "b"});
    run_until_seen(1);
    stop(60s);
    EXPECT_EQ(collector.seen.size(), 2u);
    EXPECT_EQ(tracer->lost(), 0u);
}

TEST_F(TracerTest, a_stop_waits_for_a_slow_collector_no_longer_than_its_patience)
{
    collector.hangs = true;
    start();
    record({"a", "b", "c"});
    run_until_seen(1);
    stop(0s);
    EXPECT_EQ(tracer->lost(), 3u);
}

TEST_F(TracerTest, what_is_not_sampled_is_neither_sent_nor_lost)
{
    options.sampler.ratio = 0;
    start();
    record({"a", "b"});
    stop(60s);
    EXPECT_TRUE(collector.seen.empty());
    EXPECT_EQ(tracer->lost(), 0u);
}

TEST_F(TracerTest, a_span_goes_on_with_its_parents_trace)
{
    start();
    const TraceId own = trace_of(parse_uid("01890a5d-ac96-774b-bcce-b302099a8057").value());
    const TraceContext parent = tracer->begin({});
    const TraceContext child = tracer->begin(parent, own);
    EXPECT_EQ(child.trace, parent.trace);
    EXPECT_NE(child.span, parent.span);
    EXPECT_EQ(tracer->begin({}, own).trace, own);
    EXPECT_NE(tracer->begin({}).trace, tracer->begin({}).trace);
}

} // namespace

} // namespace sluice::tracer_test
