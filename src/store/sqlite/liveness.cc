// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/liveness.h"

#include <fmt/format.h>

namespace sluice::sqlite {

Result<void> Liveness::announce(WorkerId worker)
{
    if (!file_.try_lock(worker.value, LockFile::Mode::exclusive))
        return Error{
            Errc::conflict,
            fmt::format("worker {} is alive already, by '{}'", worker.value, file_.path())};
    own_.with([&](auto& own) { own.insert(worker); });
    return {};
}

void Liveness::withdraw(WorkerId worker)
{
    own_.with([&](auto& own) { own.erase(worker); });
    file_.unlock(worker.value);
}

bool Liveness::is_alive(WorkerId worker)
{
    const bool is_own = own_.with([&](auto& own) { return own.contains(worker); });
    return is_own || file_.is_locked_elsewhere(worker.value);
}

} // namespace sluice::sqlite
