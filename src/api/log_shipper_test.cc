// SPDX-License-Identifier: Apache-2.0
#include "api/log_shipper.h"

#include "api/wire_worker.h"
#include "async/testing.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

namespace sluice::log_shipper_test {
namespace {

using testing::await;

constexpr int replicas = 2;

// Servers behind one address: each has its own copy of the log, and `at` is whom a call reaches.
class Replicas {
public:
    Async<Result<ApiClient::Answer>> take(ApiClient::Call call)
    {
        paths.push_back(call.path);
        std::string& log = logs.at(static_cast<std::size_t>(at));
        const std::uint64_t offset = number(call.path, "offset=");
        if (call.path.find("&restart=1") != std::string::npos)
            log.clear();
        ApiClient::Answer answer;
        answer.status = 200;
        if (refuses || offset > log.size()) {
            answer.status = 409;
            answer.json = Json{{"error", "the log goes on elsewhere"}};
            if (tells_offset)
                answer.json["offset"] = log.size();
        } else {
            log = log.substr(0, offset) + call.bytes;
        }
        co_return answer;
    }

    int at = 0;
    bool tells_offset = true;
    bool refuses = false;
    std::vector<std::string> paths;
    std::array<std::string, replicas> logs;

private:
    static std::uint64_t number(const std::string& path, const std::string& name)
    {
        return std::stoull(path.substr(path.find(name) + name.size()));
    }
};

class LogShipping : public ::testing::Test {
protected:
    LogShipping()
    {
        work_.job_id = "job";
        work_.datum_id = "datum";
        std::filesystem::create_directory(dir_ / "job");
    }

    LogShipper make()
    {
        return LogShipper(
            [this](ApiClient::Call call) { return replicas_.take(std::move(call)); }, logs_, work_,
            "pod", Log()
        );
    }

    void print(std::string_view text)
    {
        writer_.append(from_micros(1), OutputStream::out, text);
        writer_.flush();
    }

    void ship_all(LogShipper& shipper)
    {
        for (bool more = true; more;) {
            const Result<bool> shipped = await(loop_, shipper.ship(std::chrono::milliseconds(0)));
            more = shipped && *shipped;
        }
    }

    std::string text_at(std::size_t replica) const
    {
        std::string text;
        for (const LogChunk& chunk : parse_log_chunks(replicas_.logs.at(replica)).value())
            text += chunk.bytes;
        return text;
    }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
    AttemptLogs logs_{threads_, dir_.path()};
    DatumWork work_;
    Replicas replicas_;
    LogLimits limits_;
    AttemptLog writer_{dir_ / "job/datum.1.log", limits_};
};

TEST_F(LogShipping, a_log_starts_over_at_another_server)
{
    LogShipper shipper = make();
    print("one\n");
    ship_all(shipper);
    replicas_.at = 1;
    print("two\n");
    ship_all(shipper);
    EXPECT_EQ(text_at(0), "one\n");
    EXPECT_EQ(text_at(1), "one\ntwo\n");
}

TEST_F(LogShipping, goes_on_where_a_server_that_it_comes_back_to_has_stopped)
{
    LogShipper shipper = make();
    print("one\n");
    ship_all(shipper);
    replicas_.at = 1;
    print("two\n");
    ship_all(shipper);
    replicas_.at = 0;
    print("three\n");
    ship_all(shipper);
    EXPECT_EQ(text_at(0), "one\ntwo\nthree\n");
    for (const std::string& path : replicas_.paths)
        EXPECT_EQ(path.find("restart"), std::string::npos) << path;
}

TEST_F(LogShipping, replaces_the_log_of_a_server_that_does_not_say_how_far_its_own_goes)
{
    LogShipper shipper = make();
    replicas_.tells_offset = false;
    print("one\n");
    ship_all(shipper);
    replicas_.at = 1;
    replicas_.logs[1] = "what another worker of that name has left";
    print("two\n");
    replicas_.refuses = true;
    ASSERT_TRUE(await(loop_, shipper.ship(std::chrono::milliseconds(0))));
    replicas_.refuses = false;
    ship_all(shipper);
    EXPECT_EQ(text_at(1), "one\ntwo\n");
}

TEST_F(LogShipping, a_log_that_was_cut_starts_over_too)
{
    limits_ = LogLimits{256, 256};
    AttemptLog writer(dir_ / "job/datum.2.log", limits_);
    work_.attempt = 2;
    LogShipper shipper = make();
    for (int i = 0; i < 100; ++i)
        writer.append(from_micros(1), OutputStream::out, fmt::format("line {:03}\n", i));
    writer.flush();
    ship_all(shipper);
    const std::string whole = text_at(0);
    EXPECT_NE(whole.find("were cut here"), std::string::npos);

    replicas_.at = 1;
    writer.append(from_micros(1), OutputStream::out, "the end\n");
    writer.close();
    ship_all(shipper);
    EXPECT_TRUE(shipper.is_over());
    const std::string second = text_at(1);
    EXPECT_TRUE(second.starts_with("line 000\n")) << second;
    EXPECT_TRUE(second.ends_with("the end\n")) << second;
    EXPECT_NE(replicas_.paths.back().find("datums/datum/logs?pod_name=pod"), std::string::npos);
}

TEST_F(LogShipping, gives_up_when_no_server_takes_anything)
{
    LogShipper shipper = make();
    replicas_.refuses = true;
    print("one\n");
    ship_all(shipper);
    EXPECT_TRUE(shipper.is_over());
    EXPECT_LT(replicas_.paths.size(), 20u);
}

} // namespace
} // namespace sluice::log_shipper_test
