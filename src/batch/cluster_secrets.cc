// SPDX-License-Identifier: Apache-2.0
#include "batch/secret_source.h"
#include "kube/cluster.h"

#include <fmt/format.h>

namespace sluice {

namespace {

class ClusterSecrets final : public SecretSource {
public:
    explicit ClusterSecrets(Cluster& cluster) : cluster_(cluster) {}

    Async<Result<SecretData>> read(std::string name) override
    {
        std::string asked = name;
        Result<SecretData> data = co_await cluster_.read_secret(std::move(asked));
        if (!data && data.error().code == Errc::unauthorized)
            co_return Error{
                Errc::unauthorized,
                fmt::format(
                    "{}; `sluice deploy --bucket-secret {}` lets the server read it",
                    data.error().detail, name
                )};
        co_return data;
    }

private:
    Cluster& cluster_;
};

} // namespace

std::unique_ptr<SecretSource> make_cluster_secrets(Cluster& cluster)
{
    return std::make_unique<ClusterSecrets>(cluster);
}

} // namespace sluice
