// SPDX-License-Identifier: Apache-2.0
#include "exec/process_runner.h"

#include "async/testing.h"
#include "async/worker_threads.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::process_runner_test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class FixedClock final : public Clock {
public:
    Time now() const override { return from_micros(1'000'000); }
};

std::string read_file(const std::string& path)
{
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class ProcessRunnerTest : public ::testing::TestWithParam<Isolation> {
protected:
    ProcessRunnerTest()
    {
        std::string name = fs::temp_directory_path() / "sluice-exec-XXXXXX";
        root_ = ::mkdtemp(name.data());
        fs::create_directories(root_ + "/pfs/in");
        fs::create_directories(root_ + "/pfs/out");
        fs::create_directories(root_ + "/scratch");
    }

    ~ProcessRunnerTest() override { fs::remove_all(root_); }

    Command shell(std::string script) const { return command({"sh", "-c", std::move(script)}); }

    Command command(std::vector<std::string> argv) const
    {
        Command made;
        made.argv = std::move(argv);
        made.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "FOREVER=" + forever_};
        made.working_directory = "/";
        made.pfs = root_ + "/pfs";
        made.scratch = root_ + "/scratch";
        made.log_file = root_ + "/log";
        made.isolation = GetParam();
        made.grace = 100ms;
        return made;
    }

    Result<CommandEnd> run(const Command& command)
    {
        return testing::await(loop_, runner_->run(command));
    }

    std::string output_of(const Command& command)
    {
        const Result<CommandEnd> end = run(command);
        return end ? end->error + end->output_tail : end.error().detail;
    }

    // Starts the command, cancels it once its output begins with "ready", and returns how it ended.
    std::exception_ptr run_and_cancel(Command command)
    {
        asio::cancellation_signal signal;
        std::exception_ptr failure;
        command.forward = [this, &signal](OutputStream, std::string_view bytes) {
            if (bytes.starts_with("ready"))
                asio::post(loop_, [&signal] { signal.emit(asio::cancellation_type::terminal); });
        };
        asio::co_spawn(
            loop_, runner_->run(command),
            asio::bind_cancellation_slot(
                signal.slot(),
                [&](std::exception_ptr error, const Result<CommandEnd>&) { failure = error; }
            )
        );
        loop_.restart();
        loop_.run();
        return failure;
    }

    static bool is_abort(const std::exception_ptr& failure)
    {
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            return error.code() == asio::error::operation_aborted;
        }
        return false;
    }

    // Is any process left that was given this word as an argument?
    static bool is_running(const std::string& word)
    {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
            const std::string pid = entry.path().filename();
            if (pid.find_first_not_of("0123456789") == std::string::npos &&
                read_file("/proc/" + pid + "/cmdline").find(word) != std::string::npos)
                return true;
        }
        return false;
    }

    // Seconds to sleep that nobody else on this machine sleeps, to find the processes again.
    const std::string forever_ = fmt::format(
        "9{:07}{:09}", ::getpid(),
        std::chrono::steady_clock::now().time_since_epoch().count() % 1000000000
    );
    std::string root_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 2};
    FixedClock clock_;
    std::unique_ptr<CommandRunner> runner_ = make_process_runner(threads_, clock_);
};

INSTANTIATE_TEST_SUITE_P(
    Isolation, ProcessRunnerTest, ::testing::Values(Isolation::mount_namespace, Isolation::none),
    [](const auto& info) { return info.param == Isolation::none ? "none" : "mount_namespace"; }
);

TEST_P(ProcessRunnerTest, a_command_that_ends_well_succeeds)
{
    const Result<CommandEnd> end = run(command({"true"}));

    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_TRUE(end->succeeded()) << end->error;
    EXPECT_EQ(end->error, "");
    EXPECT_FALSE(fs::exists(root_ + "/log"));
}

TEST_P(ProcessRunnerTest, the_exit_status_is_told)
{
    const CommandEnd end = run(shell("echo out; echo err >&2; exit 3")).value();

    EXPECT_EQ(end.kind, EndKind::exited);
    EXPECT_EQ(end.code, 3);
    EXPECT_EQ(end.error, "exit status 3");
    EXPECT_EQ(end.output_tail.size(), 8u);
}

TEST_P(ProcessRunnerTest, an_end_by_signal_is_told)
{
    const CommandEnd end = run(shell("kill -SEGV $$")).value();

    EXPECT_EQ(end.kind, EndKind::signaled);
    EXPECT_EQ(end.code, SIGSEGV);
    EXPECT_EQ(end.error, "killed by signal 11 (SIGSEGV)");
    EXPECT_EQ(run(shell("kill -TERM $$")).value().error, "killed by signal 15 (SIGTERM)");
}

TEST_P(ProcessRunnerTest, what_cannot_be_started_says_why)
{
    std::ofstream(root_ + "/plain") << "data";
    std::ofstream(root_ + "/script") << "echo no first line";
    ::chmod((root_ + "/script").c_str(), 0755);
    Command lost = command({"true"});
    lost.working_directory = "/not/there";
    Command huge = command({"true", std::string(1u << 20, 'x')});

    EXPECT_EQ(run(command({"no-such-program"})).value().kind, EndKind::not_started);
    EXPECT_EQ(
        output_of(command({"no-such-program"})),
        "cannot start 'no-such-program': no such file or directory"
    );
    EXPECT_EQ(
        output_of(command({root_ + "/plain"})),
        fmt::format("cannot start '{}/plain': permission denied", root_)
    );
    EXPECT_EQ(
        output_of(command({root_ + "/script"})),
        fmt::format(
            "cannot start '{}/script': exec format error (a script needs a first line such as "
            "#!/bin/sh)",
            root_
        )
    );
    EXPECT_EQ(
        output_of(lost),
        "cannot enter the working directory '/not/there': no such file or directory"
    );
    EXPECT_EQ(output_of(huge), "cannot start 'true': argument list too long");
}

TEST_P(ProcessRunnerTest, the_program_is_looked_up_in_the_commands_own_path)
{
    fs::create_directory(root_ + "/bin");
    std::ofstream(root_ + "/bin/only-here") << "#!/bin/sh\necho found";
    ::chmod((root_ + "/bin/only-here").c_str(), 0755);
    Command found = command({"only-here"});
    found.env = {"PATH=/nowhere:" + root_ + "/bin"};

    EXPECT_EQ(output_of(found), "found\n");
}

TEST_P(ProcessRunnerTest, the_environment_is_what_was_given_and_where_the_files_are)
{
    const bool isolated = GetParam() == Isolation::mount_namespace;
    const std::string where = isolated ? "" : root_;

    EXPECT_EQ(
        output_of(command({"env"})),
        fmt::format(
            "PATH=/usr/local/bin:/usr/bin:/bin\nFOREVER={1}\nSLUICE_PFS={0}/pfs\n"
            "SLUICE_SCRATCH={0}/scratch\n",
            where, forever_
        )
    );
}

TEST_P(ProcessRunnerTest, nothing_of_ours_is_inherited)
{
    const int leaked = ::open("/dev/null", O_RDONLY); // deliberately without close-on-exec
    const Command looked = shell("ls /proc/self/fd | tr '\\n' ' '; cat; ulimit -S -c; "
                                 "grep -E 'Sig(Blk|Ign)' /proc/self/status");
    ::signal(SIGUSR1, SIG_IGN);
    const std::string seen = output_of(looked);
    ::signal(SIGUSR1, SIG_DFL);
    ::close(leaked);

    EXPECT_EQ(seen.substr(0, 8), "0 1 2 3 ") << seen; // 3 is the directory that ls reads
    EXPECT_NE(seen.find("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000"), std::string::npos)
        << seen;
}

TEST_P(ProcessRunnerTest, the_log_keeps_streams_and_any_bytes)
{
    ASSERT_TRUE(
        run(shell("printf 'a\\377b\\000c'; sleep 0.05; printf 'oops' >&2")).value().succeeded()
    );

    const LogPage page = read_attempt_log(root_ + "/log", 0).value();
    const Time at = clock_.now();
    EXPECT_EQ(
        page.chunks, (std::vector<LogChunk>{
                         {at, OutputStream::out, std::string("a\377b\0c", 5)},
                         {at, OutputStream::err, "oops"},
                     })
    );
    EXPECT_TRUE(page.complete);
}

TEST_P(ProcessRunnerTest, the_tail_is_the_last_8_kib)
{
    const CommandEnd end = run(shell("seq 1 100000")).value();

    EXPECT_EQ(end.output_tail.size(), 8192u);
    EXPECT_TRUE(end.output_tail.ends_with("\n99999\n100000\n"));
}

TEST_P(ProcessRunnerTest, a_log_that_cannot_be_written_is_noted_and_harms_nothing)
{
    Command noted = shell("echo hello");
    noted.log_file = "/dev/full/log";
    const CommandEnd end = run(noted).value();

    EXPECT_TRUE(end.succeeded());
    EXPECT_EQ(end.output_tail, "hello\n");
    EXPECT_EQ(end.log_problem, "cannot create the log '/dev/full/log': not a directory");
}

TEST_P(ProcessRunnerTest, output_is_forwarded_as_it_comes)
{
    Command forwarded = shell("echo one; echo two >&2");
    std::map<OutputStream, std::string> seen;
    forwarded.forward = [&seen](OutputStream stream, std::string_view bytes) {
        seen[stream] += bytes;
    };
    ASSERT_TRUE(run(forwarded).value().succeeded());

    EXPECT_EQ(seen[OutputStream::out], "one\n");
    EXPECT_EQ(seen[OutputStream::err], "two\n");
}

TEST_P(ProcessRunnerTest, two_hundred_megabytes_of_output_stay_within_the_limit)
{
    const CommandEnd end = run(shell("head -c 200000000 /dev/zero; echo end")).value();

    EXPECT_TRUE(end.succeeded()) << end.error;
    EXPECT_TRUE(end.output_tail.ends_with("end\n"));
    EXPECT_LE(fs::file_size(root_ + "/log"), (64u << 20) + 64);
}

TEST_P(ProcessRunnerTest, cancelling_sends_sigterm_and_waits)
{
    const auto failure =
        run_and_cancel(shell("trap 'echo bye > \"$SLUICE_SCRATCH/bye\"; exit 0' TERM; echo ready; "
                             "while :; do sleep 0.01; done"));

    EXPECT_TRUE(is_abort(failure));
    EXPECT_EQ(read_file(root_ + "/scratch/bye"), "bye\n");
}

TEST_P(ProcessRunnerTest, a_command_that_ignores_sigterm_is_killed_after_the_grace_period)
{
    const auto failure =
        run_and_cancel(shell("trap '' TERM; echo ready; sleep $FOREVER; sleep $FOREVER"));

    EXPECT_TRUE(is_abort(failure));
    EXPECT_FALSE(is_running(forever_));
}

TEST_P(ProcessRunnerTest, cancelling_reaches_a_daemon_that_left_the_group)
{
    const auto failure = run_and_cancel(
        shell("setsid setsid sh -c 'trap \"\" TERM; sleep $FOREVER; sleep $FOREVER' & "
              "sleep 0.1; echo ready; wait")
    );

    EXPECT_TRUE(is_abort(failure));
    EXPECT_FALSE(is_running(forever_));
}

TEST_P(ProcessRunnerTest, a_background_child_with_the_pipe_does_not_hold_up_the_end)
{
    const CommandEnd end = run(shell("sleep $FOREVER & echo done")).value();

    EXPECT_TRUE(end.succeeded());
    EXPECT_EQ(end.output_tail, "done\n");
    EXPECT_FALSE(is_running(forever_));
}

TEST_P(ProcessRunnerTest, a_daemon_does_not_outlive_its_attempt)
{
    const CommandEnd end =
        run(shell("(setsid sh -c 'trap \"\" TERM; sleep $FOREVER' &) ; sleep 0.1; echo done"))
            .value();

    EXPECT_TRUE(end.succeeded());
    EXPECT_FALSE(is_running(forever_));
}

TEST_P(ProcessRunnerTest, cancelled_before_it_starts_it_ends_at_once)
{
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    const Command slow = command({"sleep", forever_});
    asio::co_spawn(
        loop_, runner_->run(slow),
        asio::bind_cancellation_slot(
            signal.slot(),
            [&](std::exception_ptr error, const Result<CommandEnd>&) { failure = error; }
        )
    );
    loop_.restart();
    loop_.run_one(); // until it waits for the worker thread that starts the command
    signal.emit(asio::cancellation_type::terminal);
    loop_.run();

    EXPECT_TRUE(is_abort(failure));
    EXPECT_FALSE(is_running(forever_));
}

TEST_P(ProcessRunnerTest, many_run_at_a_time)
{
    const Command one = shell("echo out > \"$SLUICE_PFS/out/$$\"; seq 1 2000");
    int succeeded = 0;
    for (int i = 0; i < 40; ++i)
        asio::co_spawn(
            loop_, runner_->run(one),
            [&](const std::exception_ptr&, const Result<CommandEnd>& end) {
                succeeded += end && end->succeeded() ? 1 : 0;
            }
        );
    loop_.restart();
    loop_.run();

    EXPECT_EQ(succeeded, 40);
}

TEST_P(ProcessRunnerTest, everything_ends_when_we_are_killed)
{
    // The child of this fork stands for us; it has its own loop, because threads do not survive.
    const pid_t child = ::fork();
    if (child == 0) {
        asio::io_context loop;
        WorkerThreads threads(loop.get_executor(), "test", 1);
        const auto runner = make_process_runner(threads, clock_);
        Command long_one =
            shell("setsid sleep $FOREVER & trap '' TERM; echo ready; sleep $FOREVER");
        long_one.forward = [](OutputStream, std::string_view) { ::kill(::getpid(), SIGKILL); };
        testing::await(loop, runner->run(long_one));
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));

    // Nobody tells us when the orphans are gone: look until they are.
    for (int i = 0; i < 500 && is_running(forever_); ++i)
        ::usleep(10'000);
    EXPECT_FALSE(is_running(forever_));
}

class IsolationTest : public ProcessRunnerTest {};

INSTANTIATE_TEST_SUITE_P(
    Isolation, IsolationTest, ::testing::Values(Isolation::mount_namespace),
    [](const auto&) { return "mount_namespace"; }
);

TEST_P(IsolationTest, inputs_are_read_only_outputs_and_scratch_are_not)
{
    std::ofstream(root_ + "/pfs/in/x") << "input";

    EXPECT_EQ(
        output_of(
            shell("cat /pfs/in/x; echo result > /pfs/out/y; echo note > /scratch/z; "
                  "(echo bad > /pfs/in/x) 2>&1; (echo bad > /pfs/new) 2>&1; rm -f /pfs/in/x 2>&1")
        ),
        "exit status 1"
        "inputsh: 1: cannot create /pfs/in/x: Read-only file system\n"
        "sh: 1: cannot create /pfs/new: Read-only file system\n"
        "rm: cannot remove '/pfs/in/x': Read-only file system\n"
    );
    EXPECT_EQ(read_file(root_ + "/pfs/in/x"), "input");
    EXPECT_EQ(read_file(root_ + "/pfs/out/y"), "result\n");
    EXPECT_EQ(read_file(root_ + "/scratch/z"), "note\n");
}

TEST_P(IsolationTest, the_rest_of_the_system_is_there_and_the_hosts_root_is_untouched)
{
    Command looked = shell("ls -d /usr/bin /etc/passwd /tmp /dev/null; readlink /bin; pwd; "
                           "(mkdir /new) 2>/dev/null || echo refused; ls -d /.sluice* 2>/dev/null; "
                           "cat /proc/$$/comm");
    looked.working_directory = root_;

    const std::string seen = output_of(looked);
    EXPECT_EQ(
        seen, fmt::format(
                  "/dev/null\n/etc/passwd\n/tmp\n/usr/bin\n{}{}\nrefused\nsh\n",
                  fs::is_symlink("/bin") ? fs::read_symlink("/bin").string() + "\n" : "", root_
              )
    );
    EXPECT_FALSE(fs::exists("/scratch"));
}

TEST_P(IsolationTest, no_mount_is_seen_outside)
{
    const std::string before = read_file("/proc/self/mounts");
    ASSERT_TRUE(run(command({"true"})).value().succeeded());

    EXPECT_EQ(read_file("/proc/self/mounts"), before);
}

TEST_P(IsolationTest, files_may_have_any_names)
{
    std::ofstream(root_ + "/pfs/in/a b%#\n\xff") << "x";

    EXPECT_EQ(
        output_of(shell("cd /pfs/in; for f in *; do cat \"$f\"; cp \"$f\" /pfs/out/; done")), "x"
    );
    EXPECT_TRUE(fs::exists(root_ + "/pfs/out/a b%#\n\xff"));
}

} // namespace
} // namespace sluice::process_runner_test
