// SPDX-License-Identifier: Apache-2.0
#include "api/http_channel.h"

#include "async/testing.h"

#include <gtest/gtest.h>

namespace sluice::http_channel_test {
namespace {

using namespace std::chrono_literals;
using testing::await;

class ManualSource final : public ClockSource {
public:
    Micros since_boot() const override { return now; }
    Time wall() const override { return Time(now); }

    Micros now = 1h;
};

// Answers each call the same way, ten seconds later.
class FakeServer {
public:
    Async<Result<ApiClient::Answer>> take(ApiClient::Call call)
    {
        calls.push_back(std::move(call));
        clock.now += 10s;
        co_return answer;
    }

    ApiCaller caller()
    {
        return [this](ApiClient::Call call) { return take(std::move(call)); };
    }

    ManualSource clock;
    Result<ApiClient::Answer> answer = ApiClient::Answer{};
    std::vector<ApiClient::Call> calls;
};

class HttpChannelTest : public ::testing::Test {
protected:
    HttpChannelTest()
    {
        Pipeline pipeline;
        pipeline.egress = parse_uri("file:///out").value();
        work_.datum_id = "datum";
        work_.attempt = 3;
        work_.pipeline = std::make_shared<const Pipeline>(std::move(pipeline));
    }

    void answer(std::string_view json) { server_.answer->json = parse_json(json).value(); }

    FakeServer server_;
    asio::io_context loop_;
    DatumWork work_;
    HttpChannel channel_{{server_.caller(), server_.caller()}, server_.clock, work_, "pod"};
};

TEST_F(HttpChannelTest, a_leave_counts_from_the_question)
{
    answer(R"({"output_files": [], "leave_ms": 60000})");
    const Micros begin = server_.clock.now;
    const Leave leave = await(loop_, channel_.register_outputs({"a"})).value();
    EXPECT_EQ(leave.until, begin + 60s);

    const Leave more = await(loop_, channel_.extend_leave()).value();
    EXPECT_EQ(more.until, begin + 70s);
    const ApiClient::Call& asked = server_.calls.back();
    EXPECT_EQ(asked.method, Method::post);
    EXPECT_EQ(asked.path, "/datums/datum/upload_leave");
    EXPECT_EQ(dump_json(asked.json), R"({"pod_name":"pod","attempt":3})");
}

TEST_F(HttpChannelTest, a_server_that_grants_no_leaves_ends_none)
{
    answer(R"({"output_files": []})");
    EXPECT_FALSE(await(loop_, channel_.register_outputs({"a"})).value().until);
}

TEST_F(HttpChannelTest, a_worker_that_has_lost_its_datum_is_superseded)
{
    server_.answer = Error{Errc::unauthorized, "it does not hold the datum any more"};
    EXPECT_EQ(await(loop_, channel_.extend_leave()).error().code, Errc::conflict);
}

} // namespace
} // namespace sluice::http_channel_test
