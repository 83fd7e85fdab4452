// SPDX-License-Identifier: Apache-2.0
#include "exec/container_runner.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "exec/test_dir.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace sluice::container_runner_test {
namespace {

using namespace std::chrono_literals;
using sluice::testing::read_file;

class FixedClock final : public Clock {
public:
    Time now() const override { return from_micros(1); }
};

Command example()
{
    Command command;
    command.argv = {"wc", "-l", "/pfs/in/x y"};
    command.env = {"SECRET=s3cret", "HOME=/root"};
    command.pfs = "/var/lib/sluice/1/pfs";
    command.scratch = "/var/lib/sluice/1/scratch";
    command.name = "sluice-job-1";
    command.image = "debian:12";
    command.memory_bytes = 64u << 20;
    command.cpus = 0.5;
    return command;
}

TEST(EngineCall, says_everything_to_podman)
{
    const ContainerEngine engine{"/usr/bin/podman", {"PATH=/usr/bin"}};

    const EngineCall call = engine_call(engine, example()).value();

    EXPECT_EQ(
        call.argv, (std::vector<std::string>{
                       "/usr/bin/podman",
                       "run",
                       "--rm",
                       "--name=sluice-job-1",
                       "--pull=missing",
                       "--log-driver=none",
                       "--security-opt=label=disable",
                       "--mount=type=bind,source=/var/lib/sluice/1/pfs,target=/pfs,readonly",
                       "--mount=type=bind,source=/var/lib/sluice/1/pfs/out,target=/pfs/out",
                       "--mount=type=bind,source=/var/lib/sluice/1/scratch,target=/scratch",
                       "--memory=67108864",
                       "--memory-swap=67108864",
                       "--cpus=0.5",
                       "--env",
                       "SECRET",
                       "--env",
                       "HOME=/root",
                       "--env",
                       "SLUICE_PFS=/pfs",
                       "--env",
                       "SLUICE_SCRATCH=/scratch",
                       "--entrypoint=wc",
                       "debian:12",
                       "-l",
                       "/pfs/in/x y",
                   })
    );
    EXPECT_EQ(call.env, (std::vector<std::string>{"PATH=/usr/bin", "SECRET=s3cret"}));
}

TEST(EngineCall, pulls_as_the_pipeline_says)
{
    const ContainerEngine engine{"/usr/bin/podman", {}};
    Command command = example();
    for (const auto& [pull, word] :
         {std::pair(ImagePull::always, "--pull=always"),
          std::pair(ImagePull::if_not_present, "--pull=missing"),
          std::pair(ImagePull::never, "--pull=never")}) {
        command.pull = pull;
        EXPECT_EQ(engine_call(engine, command).value().argv[4], word);
    }
}

TEST(EngineCall, variables_of_the_engine_itself_are_not_overridden)
{
    const ContainerEngine engine{"/usr/bin/podman", {"OWN=1"}};
    Command command = example();
    command.env = {"OWN=2", "DOCKER_HOST=x", "FREE=3"};

    const EngineCall call = engine_call(engine, command).value();

    EXPECT_EQ(call.env, (std::vector<std::string>{"OWN=1", "FREE=3"}));
    for (const char* word : {"OWN=2", "DOCKER_HOST=x", "FREE"})
        EXPECT_NE(std::find(call.argv.begin(), call.argv.end(), word), call.argv.end()) << word;
}

TEST(EngineCall, what_an_engine_cannot_take_is_refused)
{
    const ContainerEngine engine{"/usr/bin/podman", {}};
    Command no_image = example();
    no_image.image = "";
    Command comma = example();
    comma.scratch = "/a,b";

    EXPECT_EQ(
        engine_call(engine, no_image).error().detail,
        "transform.image is empty: containers need an image"
    );
    EXPECT_EQ(
        engine_call(engine, comma).error().detail,
        "the directory '/a,b' cannot be mounted in a container: its name has a comma, quote or "
        "newline"
    );
}

// A script called podman that notes its arguments and runs the command here.
class ContainerRunnerTest : public ::testing::Test {
protected:
    ContainerRunnerTest()
    {
        dir_.put("pfs/out/.keep", "");
        dir_.put("scratch/.keep", "");
    }

    Command command(std::vector<std::string> argv) const
    {
        Command made = example();
        made.argv = std::move(argv);
        made.pfs = dir_ / "pfs";
        made.scratch = dir_ / "scratch";
        made.log_file = dir_ / "log";
        made.grace = 100ms;
        return made;
    }

    void install(std::string_view script)
    {
        const std::string file = dir_.put("bin/podman", script);
        ASSERT_EQ(::chmod(file.c_str(), 0755), 0);
    }

    std::vector<std::string> environment() const
    {
        return {"PATH=" + (dir_ / "bin") + ":/usr/bin:/bin", "CALLS=" + (dir_ / "calls")};
    }

    std::unique_ptr<CommandRunner> runner()
    {
        return make_container_runner(
            find_container_engine(environment()).value(), threads_, clock_
        );
    }

    CommandEnd run(const Command& command)
    {
        const auto made = runner();
        return testing::await(loop_, made->run(command)).value();
    }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 1};
    FixedClock clock_;
};

TEST_F(ContainerRunnerTest, output_and_end_are_the_commands)
{
    install("#!/bin/sh\necho \"$@\" > \"$CALLS\"\necho \"secret $SECRET\"; exit 4\n");

    const CommandEnd end = run(command({"wc"}));

    EXPECT_EQ(end.error, "exit status 4");
    EXPECT_EQ(end.output_tail, "secret s3cret\n");
    const std::string calls = read_file(dir_ / "calls");
    EXPECT_TRUE(calls.starts_with("run --rm --name=sluice-job-1 ")) << calls;
    EXPECT_EQ(calls.find("s3cret"), std::string::npos) << calls;
}

TEST_F(ContainerRunnerTest, a_failure_of_the_engine_is_not_the_commands)
{
    install("#!/bin/sh\necho trying >&2; echo 'Error: no such image' >&2; exit 125\n");

    const CommandEnd end = run(command({"wc"}));

    EXPECT_EQ(end.kind, EndKind::not_started);
    EXPECT_EQ(end.error, "cannot start the container: Error: no such image");
}

TEST_F(ContainerRunnerTest, a_kill_at_the_memory_limit_is_told)
{
    install("#!/bin/sh\nexit 137\n");

    EXPECT_EQ(run(command({"wc"})).kind, EndKind::out_of_memory);
}

TEST_F(ContainerRunnerTest, helpers_of_the_engine_are_left_alone)
{
    install("#!/bin/sh\nsetsid sh -c 'sleep 0.2; echo late > \"$CALLS\"' > /dev/null 2>&1 &\n");

    EXPECT_TRUE(run(command({"wc"})).succeeded());

    for (int i = 0; i < 500 && read_file(dir_ / "calls").empty(); ++i)
        ::usleep(10'000);
    EXPECT_EQ(read_file(dir_ / "calls"), "late\n");
}

TEST_F(ContainerRunnerTest, cancelling_stops_the_engine_and_removes_the_container)
{
    install("#!/bin/sh\necho \"$1 $2 $3\" >> \"$CALLS\"\n"
            "test \"$1\" = run || exit 0\ntrap '' TERM\necho ready\nwhile :; do sleep 0.01; done\n"
    );
    const auto made = runner();
    Command endless = command({"wc"});
    asio::cancellation_signal signal;
    endless.forward = [&](OutputStream, std::string_view) {
        asio::post(loop_, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    };
    std::exception_ptr failure;
    asio::co_spawn(
        loop_, made->run(endless),
        asio::bind_cancellation_slot(
            signal.slot(),
            [&](std::exception_ptr error, const Result<CommandEnd>&) { failure = error; }
        )
    );
    loop_.run();

    EXPECT_TRUE(failure);
    EXPECT_EQ(read_file(dir_ / "calls"), "run --rm --name=sluice-job-1\nrm --force sluice-job-1\n");
}

TEST_F(ContainerRunnerTest, without_an_engine_the_way_out_is_named)
{
    EXPECT_EQ(
        find_container_engine({"PATH=/nowhere"}).error().detail,
        "neither podman nor docker is on the PATH: install one, or use --executor process"
    );
}

} // namespace
} // namespace sluice::container_runner_test
