// SPDX-License-Identifier: Apache-2.0
#include "async/testing.h"
#include "batch/blob_stores.h"
#include "batch/command_env.h"
#include "batch/datum_runner.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace sluice::datum_delivery_test {
namespace {

using namespace std::chrono_literals;
using testing::await;

class ManualSource final : public ClockSource {
public:
    Micros since_boot() const override { return now; }
    Time wall() const override { return Time(now); }

    Micros now = 1h;
};

// A command that leaves one file, or none.
class OneOutput final : public CommandRunner {
public:
    Async<Result<CommandEnd>> run(const Command& command) override
    {
        seen = command;
        if (!is_silent)
            std::ofstream(command.pfs + "/out/result") << "R";
        co_return CommandEnd{};
    }

    Command seen;
    bool is_silent = false;
};

class FakeChannel final : public DatumChannel {
public:
    Async<Result<Leave>> register_outputs(std::vector<std::string> paths) override
    {
        ++registrations;
        registered = std::move(paths);
        if (stop)
            stop->request();
        if (refusal)
            co_return *refusal;
        co_return leave;
    }
    Async<Result<Leave>> extend_leave() override { co_return problem; }
    Async<Result<void>> outputs_uploaded(std::vector<std::string> paths) override
    {
        told = std::move(paths);
        co_return Result<void>();
    }

    Leave leave;
    Error problem{Errc::unavailable, "connection refused"};
    std::optional<Error> refusal; // of the announcement
    Stop* stop = nullptr;         // requested while the outputs are announced
    int registrations = 0;
    std::vector<std::string> registered, told;
};

class DatumDelivery : public ::testing::Test {
protected:
    DatumDelivery()
    {
        options_.work_directory = dir_ / "work";
        options_.log_directory = dir_ / "logs";
        options_.clock = &clock_;
        options_.leave.patience = Micros(0);
        options_.leave.look = 1ms;
        Pipeline pipeline;
        pipeline.egress = parse_uri("file://" + dir_ / "out").value();
        pipeline.transform.cmd = {"true"};
        work_.job_id = "job";
        work_.datum_id = "datum";
        work_.pipeline = std::make_shared<const Pipeline>(std::move(pipeline));
    }

    Outcome run()
    {
        DatumRunner runner(blobs_, commands_, threads_, options_, Log());
        return await(loop_, runner.run(work_, channel_, stop_));
    }

    bool is_published() const { return std::filesystem::exists(dir_ / "out/result"); }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 2};
    OneBlobStore blobs_{make_local_blobs(threads_)};
    ManualSource clock_;
    OneOutput commands_;
    DatumRunner::Options options_;
    DatumWork work_;
    FakeChannel channel_;
    Stop stop_;
};

TEST_F(DatumDelivery, outputs_are_announced_uploaded_and_told)
{
    channel_.leave.until = clock_.now + 60s;
    EXPECT_EQ(run().kind, Outcome::Kind::succeeded);
    EXPECT_TRUE(is_published());
    EXPECT_EQ(channel_.registered, std::vector<std::string>{"result"});
    EXPECT_EQ(channel_.told, channel_.registered);
}

TEST_F(DatumDelivery, a_first_attempt_without_outputs_announces_none)
{
    commands_.is_silent = true;
    EXPECT_EQ(run().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(channel_.registrations, 0);
}

TEST_F(DatumDelivery, a_later_attempt_without_outputs_is_not_done_before_those_of_earlier_ones_go)
{
    commands_.is_silent = true;
    work_.attempt = 2;
    EXPECT_EQ(run().kind, Outcome::Kind::succeeded);
    EXPECT_EQ(channel_.registrations, 1);
    EXPECT_EQ(channel_.registered, std::vector<std::string>());

    channel_.refusal = Error{Errc::unavailable, "those of attempt 1 could not be removed in time"};
    EXPECT_EQ(run().error, channel_.refusal->detail);
}

TEST_F(DatumDelivery, a_worker_cut_off_does_not_publish_and_gives_its_datum_back)
{
    channel_.leave.until = clock_.now;
    const Outcome outcome = run();
    EXPECT_EQ(outcome.kind, Outcome::Kind::returned);
    EXPECT_NE(outcome.error.find("leave"), std::string::npos) << outcome.error;
    EXPECT_FALSE(is_published());
    EXPECT_EQ(channel_.told, channel_.registered); // the leave ends when that comes through
}

TEST_F(DatumDelivery, an_attempt_that_is_superseded_does_not_publish)
{
    channel_.leave.until = clock_.now;
    channel_.problem = Error{Errc::conflict, "another attempt runs"};
    const Outcome outcome = run();
    EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
    EXPECT_EQ(outcome.error, "another attempt runs");
    EXPECT_FALSE(is_published());
    EXPECT_EQ(channel_.told, channel_.registered);
}

TEST_F(DatumDelivery, a_lost_datum_stops_its_upload)
{
    channel_.leave.until = clock_.now + 60s;
    channel_.stop = &stop_;
    EXPECT_EQ(run().kind, Outcome::Kind::returned);
    EXPECT_FALSE(is_published());
    EXPECT_EQ(channel_.told, channel_.registered);
}

TEST_F(DatumDelivery, a_command_stands_where_its_worker_wants_it)
{
    channel_.leave.until = clock_.now + 60s;
    options_.command_directory = "/";
    options_.secrets = DatumRunner::Secrets::base_env;
    options_.base_env = {"TOKEN=t", "HOME=/root"};
    run();
    EXPECT_EQ(commands_.seen.working_directory, "/");
    const std::vector<std::string>& env = commands_.seen.env;
    EXPECT_NE(std::find(env.begin(), env.end(), "TOKEN=t"), env.end());
}

TEST(CommandEnv, secrets_of_a_pod_stand_among_its_variables)
{
    Transform transform;
    SecretVariable key;
    key.name = "s3";
    key.key = "id";
    key.env_var = "AWS_ACCESS_KEY_ID";
    SecretVariable missing = key; // an optional one, else the pod would not have started
    missing.env_var = "NOT_THERE";
    transform.secrets = {key, missing};
    const std::vector<std::string> env{"AWS_ACCESS_KEY_ID=a=b", "AWS_ACCESS_KEY_ID_2=c", "PATH=/"};
    const std::map<std::string, std::string> expected{{"AWS_ACCESS_KEY_ID", "a=b"}};
    EXPECT_EQ(secrets_in(env, transform), expected);
}

TEST_F(DatumDelivery, inputs_above_the_limit_are_not_kept_ahead)
{
    InputFile input;
    input.uri = "file://" + dir_.put("in", std::string(64 << 10, 'x'));
    input.local_path = "texts/in";
    work_.inputs = {input};
    options_.isolation = Isolation::none; // so that inputs are copies
    options_.prefetch_bytes_max = 4096;
    DatumRunner runner(blobs_, commands_, threads_, options_, Log());
    EXPECT_EQ(await(loop_, runner.prefetch(work_)).error().code, Errc::overloaded);
    EXPECT_TRUE(std::filesystem::is_empty(dir_ / "work"));
    channel_.leave.until = clock_.now + 60s;
    EXPECT_EQ(await(loop_, runner.run(work_, channel_, stop_)).kind, Outcome::Kind::succeeded);
}

} // namespace
} // namespace sluice::datum_delivery_test
