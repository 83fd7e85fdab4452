// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/tenants.h"

namespace sluice::postgres {

// sluice::open_tenants() for a URL of PostgreSQL.
Result<std::unique_ptr<Tenants>>
open_tenants(const std::string& url, std::chrono::milliseconds wait_max);

} // namespace sluice::postgres
