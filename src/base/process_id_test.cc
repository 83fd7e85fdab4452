// SPDX-License-Identifier: Apache-2.0
#include "base/process_id.h"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::process_id_test {
namespace {

// Blocks until the child has told what it is.
std::string child_that_waits(pid_t& child)
{
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    child = ::fork();
    if (child == 0) {
        const std::string own = process_id();
        if (::write(pipe[1], own.data(), own.size()) < 0)
            ::_exit(1);
        ::close(pipe[1]);
        ::pause();
        ::_exit(0);
    }
    ::close(pipe[1]);
    std::string told;
    char byte = 0;
    while (::read(pipe[0], &byte, 1) == 1 && told.size() < 200)
        told += byte;
    ::close(pipe[0]);
    return told;
}

TEST(ProcessId, this_process_lives)
{
    EXPECT_NE(process_id(), "");
    EXPECT_EQ(process_id(), process_id());
    EXPECT_FALSE(has_ended(process_id()));
}

TEST(ProcessId, a_killed_process_has_ended_before_and_after_its_parent_waits_for_it)
{
    pid_t child = 0;
    const std::string id = child_that_waits(child);
    EXPECT_NE(id, process_id());
    EXPECT_FALSE(has_ended(id));

    ::kill(child, SIGKILL);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    EXPECT_TRUE(has_ended(id));
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(has_ended(id));
}

TEST(ProcessId, another_process_with_the_same_pid_is_another_process)
{
    const std::string own = process_id();
    EXPECT_TRUE(has_ended(own.substr(0, own.rfind('/')) + "/1"));
}

TEST(ProcessId, of_what_cannot_be_seen_nothing_is_known)
{
    EXPECT_FALSE(has_ended(""));
    EXPECT_FALSE(has_ended("another-boot/4026531836/1/1"));
}

} // namespace
} // namespace sluice::process_id_test
