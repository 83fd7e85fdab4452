// SPDX-License-Identifier: Apache-2.0
// The audit: what users did.
#include "engine/engine.h"
#include "store/store.h"
#include "tasks/tasks.h"

namespace sluice {

Async<Result<ServiceReads::AuditPage>> Tasks::audit(ServiceReads::AuditFilter filter)
{
    auto look = [filter = std::move(filter)](Reads& reads) {
        return reads.service().audit(filter);
    };
    co_return co_await store().read(std::move(look));
}

} // namespace sluice
