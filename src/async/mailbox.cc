// SPDX-License-Identifier: Apache-2.0
#include "async/mailbox.h"

#include <boost/asio/post.hpp>

namespace sluice {

void Parked::resume()
{
    Handler handler = std::move(*resume_);
    resume_.reset();
    handler();
}

void Mailbox::expect()
{
    if (expected_++ == 0)
        alive_.emplace(executor_);
}

void Mailbox::deliver(std::span<Parked* const> parked)
{
    const bool wake = arrived_.with([&](std::vector<Parked*>& arrived) {
        const bool was_empty = arrived.empty();
        arrived.insert(arrived.end(), parked.begin(), parked.end());
        return was_empty && !arrived.empty();
    });
    if (wake)
        asio::post(executor_, [this] { drain(); });
}

void Mailbox::drain()
{
    draining_.clear();
    arrived_.with([&](std::vector<Parked*>& arrived) { arrived.swap(draining_); });
    expected_ -= draining_.size();
    // Keeps this object's users alive while they run; a resumed coroutine may expect() again.
    for (Parked* parked : draining_)
        parked->resume();
    if (expected_ == 0)
        alive_.reset();
}

} // namespace sluice
