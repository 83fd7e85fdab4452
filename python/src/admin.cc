// SPDX-License-Identifier: Apache-2.0
#include "admin.h"

#include "base/fork_guard.h"
#include "documents.h"
#include "store/tenants.h"
#include "waits.h"

#include <memory>
#include <utility>
#include <vector>

namespace sluice::python {

namespace {

using SharedTenants = std::shared_ptr<const Tenants>;

template <class T>
CallResult<T> told(Result<T> result)
{
    if (!result)
        return call_error(std::move(result).error());
    return *std::move(result);
}

// What Python knows as Admin. Calls of Tenants block, each on a connection of its own.
class Admin {
public:
    explicit Admin(const std::string& url)
    {
        if (is_ending())
            raise(closed_error());
        guard_forks();
        tenants_ = answer_aside<SharedTenants>([url]() -> CallResult<SharedTenants> {
            Result<std::unique_ptr<Tenants>> opened = open_tenants(url);
            if (!opened)
                return call_error(std::move(opened).error());
            return SharedTenants(*std::move(opened));
        });
    }

    std::string create_tenant(const std::string& config)
    {
        Tenant tenant;
        std::string password;
        read_document(config, [&](ObjectReader& reader) {
            reader.required("schema_name", tenant.schema, TextKind{});
            reader.required("username", tenant.user, TextKind{});
            reader.optional("password", password, TextKind{});
        });
        const TenantAccess made =
            answer_aside<TenantAccess>([tenants = tenants(), tenant, password] {
                return told(tenants->create(tenant, password));
            });
        Json json = Json::object();
        json["schema_name"] = made.tenant.schema;
        json["username"] = made.tenant.user;
        json["password"] = made.password;
        json["connection_string"] = made.url;
        return dump_json(json);
    }

    void remove_tenant(const std::string& schema_name, const std::string& username)
    {
        const Tenant tenant{schema_name, username};
        answer_aside<bool>([tenants = tenants(), tenant]() -> CallResult<bool> {
            Result<void> removed = tenants->remove(tenant);
            if (!removed)
                return call_error(std::move(removed).error());
            return true;
        });
    }

    std::string list_tenants()
    {
        using Names = std::vector<std::string>;
        const auto ask = [tenants = tenants()] { return told(tenants->list()); };
        return dump_json(Json(answer_aside<Names>(ask)));
    }

private:
    const SharedTenants& tenants() const
    {
        check_here(born_, "this DatabaseAdmin");
        if (is_ending())
            raise(closed_error());
        return tenants_;
    }

    Birthplace born_;
    SharedTenants tenants_;
};

} // namespace

void add_admin(py::module_& module)
{
    py::class_<Admin, std::shared_ptr<Admin>>(module, "Admin", py::is_final())
        .def(py::init<const std::string&>(), py::arg("url"))
        .def("create_tenant", &Admin::create_tenant, py::arg("config"))
        .def("remove_tenant", &Admin::remove_tenant, py::arg("schema_name"), py::arg("username"))
        .def("list_tenants", &Admin::list_tenants);
}

} // namespace sluice::python
