// SPDX-License-Identifier: Apache-2.0
#include "sluice/admin.h"

#include "sdk/workflows/errors.h"
#include "store/tenants.h"

namespace sluice::workflows {

struct Admin::Impl {
    std::unique_ptr<Tenants> tenants;
};

Admin::Admin(const std::string& url) : impl_(new Impl{value_or_throw(open_tenants(url))})
{}

Admin::Admin(Admin&&) noexcept = default;
Admin& Admin::operator=(Admin&&) noexcept = default;
Admin::~Admin() = default;

TenantCredentials Admin::create_tenant(const TenantConfig& config)
{
    const Tenant tenant{config.schema_name, config.username};
    TenantAccess made = value_or_throw(impl_->tenants->create(tenant, config.password));
    return {
        std::move(made.tenant.schema), std::move(made.tenant.user), std::move(made.password),
        std::move(made.url)};
}

void Admin::remove_tenant(std::string_view schema_name, std::string_view username)
{
    value_or_throw(impl_->tenants->remove({std::string(schema_name), std::string(username)}));
}

std::vector<std::string> Admin::list_tenants() const
{
    return value_or_throw(impl_->tenants->list());
}

} // namespace sluice::workflows
