// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/guarded.h"
#include "base/ids.h"
#include "store/sqlite/lock_file.h"

#include <unordered_set>

namespace sluice::sqlite {

// Which workers of one database live, on this host: each holds the lock of a byte of `<db>-live`
// for as long as its process runs, so that the death of a process shows at once. (A process id
// would not do: containers share the file, not the ids.) Safe from any thread.
class Liveness {
public:
    // `file` is `<db>-live` and outlives this.
    explicit Liveness(LockFile& file) : file_(file) {}

    // The worker lives until withdraw(), or until this object or the process ends. Errors
    // (conflict): another one holds this id, which means that the database was put back from a
    // copy.
    Result<void> announce(WorkerId worker);
    void withdraw(WorkerId worker);

    bool is_alive(WorkerId worker);

private:
    LockFile& file_;
    Guarded<std::unordered_set<WorkerId>> own_; // a LockFile does not see its own locks
};

} // namespace sluice::sqlite
