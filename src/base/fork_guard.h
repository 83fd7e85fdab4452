// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace sluice {

// What a library leaves to a child of fork(2), which has its memory but not its threads: nothing.
// Locks of files and connections would be held by both, so that the death of one of them would not
// show; so the child closes them before fork() returns there. That is wanted once per process, by
// guard_forks(); before it, and in programs that never call it, forks are as the system makes them.
void guard_forks();

// How many forks lie between the call of guard_forks() and this process.
std::uint64_t fork_generation();

// The descriptor of an object, at the time of the fork; -1: none now. Called in the child, where it
// may read that object and nothing else.
using DescriptorOf = int (*)(const void* object);

// From now on children close it. Any thread, as all of these.
void close_in_children(const void* object, DescriptorOf descriptor);

// For what cannot be closed, since it is not ours alone: children can ask for the name.
void name_to_children(const void* object, std::string name);

// The process in which something of that name lived when it forked this one, or a parent of it.
std::optional<pid_t> inherited(std::string_view name);

// The object is about to end. False in a child that was forked while it lived: what it holds is its
// parent's and must not be touched.
bool no_longer_in_children(const void* object);

// Where something was made. It can only be used there.
class Birthplace {
public:
    Birthplace();

    bool is_here() const { return generation_ == fork_generation(); }
    pid_t process() const { return process_; }

private:
    std::uint64_t generation_;
    pid_t process_;
};

} // namespace sluice
