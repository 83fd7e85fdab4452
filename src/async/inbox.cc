// SPDX-License-Identifier: Apache-2.0
#include "async/inbox.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace sluice {

bool Inbox::post(Work work)
{
    bool is_taken = false;
    const bool wake = arrived_.with([&](Arrived& arrived) {
        is_taken = !arrived.is_closed;
        if (is_taken)
            arrived.works.push_back(std::move(work));
        return is_taken && arrived.works.size() == 1;
    });
    if (wake)
        asio::post(executor_, [this, exists = std::weak_ptr(exists_)] {
            if (!exists.expired())
                drain();
        });
    return is_taken;
}

void Inbox::close()
{
    arrived_.with([](Arrived& arrived) { arrived.is_closed = true; });
}

void Inbox::drain()
{
    draining_.clear(); // of a burst that was broken off
    arrived_.with([&](Arrived& arrived) { arrived.works.swap(draining_); });
    for (const Work& work : draining_)
        work();
    draining_.clear();
}

} // namespace sluice
