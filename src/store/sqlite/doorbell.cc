// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/doorbell.h"

namespace sluice::sqlite {

namespace {

// The guard is held for two system calls; if its holder is stopped just then, others wake by their
// own slow poll.
constexpr std::chrono::milliseconds guard_wait{20};

} // namespace

// Counted before it is written: whoever reads in between sees one ring of others too few, and looks
// again when the write wakes it.
void Doorbell::ring()
{
    if (!file_.lock_within(guard_wait, guard, LockFile::Mode::exclusive))
        return;
    own_.fetch_add(1);
    file_.set_number(file_.number() + 1);
    file_.unlock(guard);
}

bool Doorbell::others_rang()
{
    const std::uint64_t rung = file_.number();
    const std::uint64_t own = own_.load();
    const std::uint64_t others = rung > own ? rung - own : 0;
    if (others <= heard_)
        return false;
    heard_ = others;
    return true;
}

} // namespace sluice::sqlite
