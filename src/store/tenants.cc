// SPDX-License-Identifier: Apache-2.0
#include "store/tenants.h"

#include "store/postgres/tenants.h"
#include "store/url.h"

namespace sluice {

Result<std::unique_ptr<Tenants>>
open_tenants(const std::string& url, std::chrono::milliseconds wait_max)
{
    const Result<DatabaseUrl> parsed = parse_database_url(url);
    if (!parsed)
        return parsed.error();
    if (const Result<void> checked = check_has_schemas(*parsed); !checked)
        return checked.error();
    return postgres::open_tenants(parsed->target, wait_max);
}

} // namespace sluice
