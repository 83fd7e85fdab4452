// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/reserved_names.h"

#include "kube/deploy/manifests.h"

#include <fmt/format.h>

namespace sluice {

namespace {

const std::string& name_of(const Secret& secret)
{
    return std::visit([](const auto& asked) -> const std::string& { return asked.name; }, secret);
}

} // namespace

std::set<std::string> secret_names(const Transform& transform)
{
    std::set<std::string> names;
    for (const Secret& secret : transform.secrets)
        names.insert(name_of(secret));
    return names;
}

std::vector<Problem>
check_reserved_names(const Transform& transform, const std::set<std::string>& jobs)
{
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < transform.secrets.size(); ++i) {
        const std::string& name = name_of(transform.secrets[i]);
        const bool is_installation = name == kube::server_name;
        if (!is_installation && !jobs.contains(name))
            continue;
        problems.push_back(
            {fmt::format("transform.secrets[{}].name", i),
             fmt::format(
                 "'{}' is the Secret of {}; accepted: a Secret that is not Sluice's own", name,
                 is_installation ? "Sluice itself" : "a job's token"
             )}
        );
    }
    if (transform.service_account == kube::server_name)
        problems.push_back(
            {"transform.service_account",
             fmt::format(
                 "'{}' is the account of the server; accepted: any other service account",
                 kube::server_name
             )}
        );
    return problems;
}

} // namespace sluice
