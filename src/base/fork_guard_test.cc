// SPDX-License-Identifier: Apache-2.0
#include "base/fork_guard.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <functional>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace sluice::fork_guard_test {
namespace {

// The exit status of a child: what `work` returns there.
int in_child(const std::function<bool()>& work)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(work() ? 0 : 1);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_open(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) != -1;
}

// An object with a descriptor that may come and go.
struct Holder {
    int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);

    Holder()
    {
        close_in_children(this, [](const void* object) {
            return static_cast<const Holder*>(object)->descriptor;
        });
    }
    ~Holder()
    {
        if (no_longer_in_children(this) && descriptor >= 0)
            ::close(descriptor);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
};

class ForkGuard : public ::testing::Test {
protected:
    ForkGuard() { guard_forks(); }
};

TEST_F(ForkGuard, closes_in_the_child_and_leaves_the_parent_alone)
{
    const Holder holder;
    EXPECT_EQ(in_child([&] { return !is_open(holder.descriptor); }), 0);
    EXPECT_TRUE(is_open(holder.descriptor));
}

TEST_F(ForkGuard, asks_for_the_descriptor_when_it_forks)
{
    Holder holder;
    const int first = std::exchange(holder.descriptor, -1);
    EXPECT_EQ(in_child([&] { return is_open(first); }), 0) << "it may be another's by now";
    holder.descriptor = first;
    EXPECT_EQ(in_child([&] { return !is_open(first); }), 0);
}

TEST_F(ForkGuard, forgets_what_has_ended)
{
    auto holder = std::make_unique<Holder>();
    holder.reset();
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(in_child([&] { return is_open(next); }), 0);
    ::close(next);
}

TEST_F(ForkGuard, a_child_does_not_close_again_what_its_parent_holds)
{
    auto holder = std::make_unique<Holder>();
    EXPECT_EQ(
        in_child([&] {
            // The number is free in the child, and taken again by something else.
            const int own = ::open("/dev/null", O_RDONLY);
            const bool is_same = own == holder->descriptor;
            holder.reset();
            return is_same && is_open(own);
        }),
        0
    );
}

TEST_F(ForkGuard, a_grandchild_keeps_what_its_parent_has_opened_unguarded)
{
    const Holder holder;
    EXPECT_EQ(
        in_child([&] {
            const int own = ::open("/dev/null", O_RDONLY);
            return in_child([&] { return is_open(own); }) == 0;
        }),
        0
    );
}

TEST_F(ForkGuard, a_child_knows_by_name_what_lived_when_it_was_forked)
{
    const int file = 0;
    name_to_children(&file, "file 1");
    EXPECT_EQ(inherited("file 1"), std::nullopt);
    const pid_t here = ::getpid();
    EXPECT_EQ(in_child([&] { return inherited("file 1") == here && !inherited("file 2"); }), 0);
    EXPECT_EQ(
        in_child([&] {
            EXPECT_FALSE(no_longer_in_children(&file));
            return in_child([&] { return inherited("file 1") == here; }) == 0;
        }),
        0
    );
    EXPECT_TRUE(no_longer_in_children(&file));
    EXPECT_EQ(in_child([&] { return !inherited("file 1"); }), 0);
}

TEST_F(ForkGuard, a_birthplace_is_where_it_was_made)
{
    const Birthplace here;
    EXPECT_TRUE(here.is_here());
    EXPECT_EQ(here.process(), ::getpid());
    EXPECT_EQ(in_child([&] { return !here.is_here() && here.process() != ::getpid(); }), 0);
    EXPECT_EQ(in_child([] { return Birthplace().is_here(); }), 0);
    EXPECT_TRUE(here.is_here());
}

} // namespace
} // namespace sluice::fork_guard_test
