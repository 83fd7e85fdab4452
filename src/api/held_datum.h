// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.h"

#include <string>
#include <string_view>

namespace sluice {

// Who says that it works at what.
struct LeaseClaim {
    std::string datum; // id
    std::string pod;
    std::int64_t attempt = 0; // 0: whatever it holds
};

// A datum that a remote worker holds, or held when it reported its end.
struct HeldDatum {
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    bool is_held = false; // false: the attempt has ended, and this worker has reported or lost it

    HeldLease lease() const { return {task, attempt}; }
};

// The attempt that the worker speaks of. Errors: not_found (the datum), unauthorized (no such
// worker, or it never held that attempt).
Async<Result<HeldDatum>> find_held(Api& api, LeaseClaim claim);

// As find_held(), but an attempt that has ended is an error (unauthorized), too.
Async<Result<HeldDatum>> require_held(Api& api, LeaseClaim claim);

// 403 for those that do not hold the datum; other errors by the table of net/http.h.
Response refuse_worker(const Error& error);

} // namespace sluice
