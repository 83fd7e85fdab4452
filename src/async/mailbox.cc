// SPDX-License-Identifier: Apache-2.0
#include "async/mailbox.h"

#include <boost/asio/post.hpp>

namespace sluice {

void Parked::resume()
{
    const std::shared_ptr<Parked> self = std::move(self_);
    if (!resume_)
        return; // it was given up
    Handler handler = std::move(*resume_);
    resume_.reset();
    handler();
}

void Parked::give_up()
{
    if (!self_ || !resume_)
        return;
    given_up_.store(true, std::memory_order_relaxed);
    Handler handler = std::move(*resume_);
    resume_.reset();
    handler();
}

void Parked::drop()
{
    const std::shared_ptr<Parked> self = std::move(self_);
    if (self)
        resume_.reset();
}

Mailbox::~Mailbox()
{
    arrived_.with([](std::vector<Parked*>& arrived) {
        for (Parked* parked : arrived)
            parked->drop();
    });
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
        asio::post(executor_, [this, exists = std::weak_ptr(exists_)] {
            if (!exists.expired())
                drain();
        });
}

void Mailbox::drain()
{
    std::vector<Parked*> batch = std::move(draining_);
    arrived_.with([&](std::vector<Parked*>& arrived) { arrived.swap(batch); });
    expected_ -= batch.size();
    if (expected_ == 0)
        alive_.reset();

    Parked* const last = batch.back();
    batch.pop_back();
    for (Parked* parked : batch)
        parked->resume();
    batch.clear();
    draining_ = std::move(batch);
    last->resume(); // nothing of ours is touched after it
}

} // namespace sluice
