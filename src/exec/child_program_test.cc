// SPDX-License-Identifier: Apache-2.0
#include "exec/child_program.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "exec/test_dir.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::child_program_test {
namespace {

namespace fs = std::filesystem;
using testing::read_file;

class ChildProgramTest : public ::testing::Test {
protected:
    ChildProgram shell(std::string script) const
    {
        ChildProgram program;
        program.argv = {"sh", "-c", std::move(script)};
        program.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "FOREVER=" + forever_};
        program.grace = std::chrono::milliseconds(100);
        return program;
    }

    CommandEnd run(const ChildProgram& program)
    {
        return testing::await(loop_, run_child(program, threads_)).value();
    }

    // Is a process left that sleeps for as long as only those of this test do?
    bool is_running() const
    {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
            const std::string pid = entry.path().filename();
            if (pid.find_first_not_of("0123456789") == std::string::npos &&
                read_file("/proc/" + pid + "/cmdline").find(forever_) != std::string::npos)
                return true;
        }
        return false;
    }

    const std::string forever_ = fmt::format(
        "8{:07}{:09}", ::getpid(),
        std::chrono::steady_clock::now().time_since_epoch().count() % 1000000000
    );
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 2};
};

TEST_F(ChildProgramTest, its_output_its_end_and_its_environment_are_as_given)
{
    ChildProgram program = shell("echo one; echo two >&2; env; exit 3");
    std::map<OutputStream, std::string> heard;
    program.on_output = [&heard](OutputStream stream, std::string_view bytes) {
        heard[stream] += bytes;
    };

    const CommandEnd end = run(program);

    EXPECT_EQ(end.kind, EndKind::exited);
    EXPECT_EQ(end.code, 3);
    EXPECT_EQ(heard[OutputStream::err], "two\n");
    EXPECT_TRUE(heard[OutputStream::out].starts_with("one\n"));
    EXPECT_EQ(heard[OutputStream::out].find("SLUICE_"), std::string::npos);
    EXPECT_EQ(end.log_problem, "");
}

TEST_F(ChildProgramTest, a_program_that_is_missing_is_named)
{
    ChildProgram program = shell("");
    program.argv = {"no-such-program"};

    const CommandEnd end = run(program);

    EXPECT_EQ(end.kind, EndKind::not_started);
    EXPECT_EQ(end.error, "cannot start 'no-such-program': no such file or directory");
}

TEST_F(ChildProgramTest, what_it_left_behind_ends_with_it)
{
    EXPECT_TRUE(run(shell("setsid sleep $FOREVER & true")).succeeded());
    EXPECT_FALSE(is_running());
}

TEST_F(ChildProgramTest, cancelling_ends_it_with_all_its_children)
{
    asio::cancellation_signal signal;
    ChildProgram program =
        shell("trap '' TERM; setsid sleep $FOREVER & echo ready; sleep $FOREVER");
    program.on_output = [this, &signal](OutputStream, std::string_view) {
        asio::post(loop_, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    };
    bool was_thrown = false;
    asio::co_spawn(
        loop_, run_child(program, threads_),
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::exception_ptr error,
                               const Result<CommandEnd>&) { was_thrown = error != nullptr; }
        )
    );
    loop_.restart();
    loop_.run();

    EXPECT_TRUE(was_thrown);
    EXPECT_FALSE(is_running());
}

TEST_F(ChildProgramTest, it_ends_with_us_when_we_are_killed)
{
    // The child of this fork stands for us; it has its own loop, because threads do not survive.
    const pid_t child = ::fork();
    if (child == 0) {
        asio::io_context loop;
        WorkerThreads threads(loop.get_executor(), "test", 1);
        ChildProgram program =
            shell("setsid sleep $FOREVER & trap '' TERM; echo ready; sleep $FOREVER");
        program.on_output = [](OutputStream, std::string_view) { ::kill(::getpid(), SIGKILL); };
        testing::await(loop, run_child(program, threads));
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));

    // Nobody tells us when the orphans are gone: look until they are.
    for (int i = 0; i < 500 && is_running(); ++i)
        ::usleep(10'000);
    EXPECT_FALSE(is_running());
}

} // namespace
} // namespace sluice::child_program_test
