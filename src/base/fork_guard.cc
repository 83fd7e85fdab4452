// SPDX-License-Identifier: Apache-2.0
// Limits of a child of a program with threads: POSIX, fork() and pthread_atfork().
#include "base/fork_guard.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <pthread.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sluice {

namespace {

struct Held {
    const void* object;
    DescriptorOf descriptor; // null: it has a name
    std::string name;
    Birthplace where;
};

struct Registry {
    std::mutex mutex; // held by whoever forks, so that the list is whole in the child
    std::vector<Held> held;
    std::atomic<std::uint64_t> generation{0};
};

// Never destroyed: objects of static life end after it would.
Registry& registry()
{
    static Registry* const made = new Registry;
    return *made;
}

void before_fork()
{
    registry().mutex.lock();
}

void in_parent()
{
    registry().mutex.unlock();
}

// Objects of earlier generations may be gone, and what they held was closed by our parent.
void in_child()
{
    Registry& known = registry();
    for (const Held& held : known.held) {
        if (!held.descriptor || !held.where.is_here())
            continue;
        const int descriptor = held.descriptor(held.object);
        if (descriptor >= 0)
            ::close(descriptor);
    }
    ++known.generation;
    known.mutex.unlock();
}

void add(Held held)
{
    Registry& known = registry();
    const std::lock_guard lock(known.mutex);
    known.held.push_back(std::move(held));
}

} // namespace

void guard_forks()
{
    static const int guarded = ::pthread_atfork(before_fork, in_parent, in_child);
    static_cast<void>(guarded); // no memory: children keep what they inherit
}

std::uint64_t fork_generation()
{
    return registry().generation.load(std::memory_order_relaxed);
}

void close_in_children(const void* object, DescriptorOf descriptor)
{
    add({object, descriptor, {}, {}});
}

void name_to_children(const void* object, std::string name)
{
    add({object, nullptr, std::move(name), {}});
}

std::optional<pid_t> inherited(std::string_view name)
{
    Registry& known = registry();
    const std::lock_guard lock(known.mutex);
    for (const Held& held : known.held)
        if (held.name == name && !held.where.is_here())
            return held.where.process();
    return std::nullopt;
}

bool no_longer_in_children(const void* object)
{
    Registry& known = registry();
    const std::lock_guard lock(known.mutex);
    // The latest: an address may have been a parent's before.
    const auto found = std::find_if(known.held.rbegin(), known.held.rend(), [&](const Held& held) {
        return held.object == object;
    });
    if (found == known.held.rend())
        return true;
    if (!found->where.is_here())
        return false;
    known.held.erase(std::next(found).base());
    return true;
}

Birthplace::Birthplace() : generation_(fork_generation()), process_(::getpid())
{}

} // namespace sluice
