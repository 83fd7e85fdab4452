// SPDX-License-Identifier: Apache-2.0
#include "app/cluster_access.h"

#include "app/kubectl_proxy.h"
#include "base/random.h"
#include "kube/kube_cluster.h"

#include <cstdlib>

namespace sluice {

namespace {

constexpr std::string_view usual_name_space = "default";

class OpenAccess final : public ClusterAccess {
public:
    OpenAccess(
        asio::any_io_executor executor, WorkerThreads& threads, std::unique_ptr<KubectlProxy> proxy,
        KubeAccess access, Log log
    )
        : proxy_(std::move(proxy))
    {
        KubeOptions options;
        options.access = std::move(access);
        cluster_ =
            make_kube_cluster(executor, threads, random_, std::move(options), std::move(log));
    }

    Cluster& cluster() override { return *cluster_; }

    Async<void> close() override
    {
        co_await cluster_->close();
        if (proxy_)
            co_await proxy_->close();
    }

private:
    SystemRandom random_;
    std::unique_ptr<KubectlProxy> proxy_;
    std::unique_ptr<Cluster> cluster_;
};

} // namespace

std::optional<std::string> environment_variable(std::string_view name)
{
    const char* const value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

RunnerKind server_runner(const Config& config, const EnvironmentLookup& environment)
{
    if (config.origins.contains("executor"))
        return config.runner;
    const ClusterSettings& cluster = config.cluster;
    const bool is_told = !cluster.kube_url.empty() || !cluster.kube_context.empty();
    return is_told || access_in_cluster(environment) ? RunnerKind::kubernetes : config.runner;
}

Async<Result<std::unique_ptr<ClusterAccess>>> ClusterAccess::open(
    asio::any_io_executor executor, const Config& config, WorkerThreads& threads, Log log
)
{
    const ClusterSettings& settings = config.cluster;
    KubeAccess access;
    std::unique_ptr<KubectlProxy> proxy;
    if (!settings.kube_url.empty()) {
        access.url = settings.kube_url;
    } else if (!settings.kube_context.empty()) {
        std::vector<std::string> env = kubectl_environment();
        proxy = std::make_unique<KubectlProxy>(
            executor, threads, settings.kube_context, std::move(env), log
        );
        const Result<std::string> url = co_await proxy->start();
        if (!url) {
            co_await proxy->close();
            co_return url.error();
        }
        access.url = *url;
    } else {
        Result<KubeAccess> found = access_in_cluster(environment_variable);
        if (!found && found.error().code == Errc::not_found)
            co_return std::unique_ptr<ClusterAccess>();
        if (!found)
            co_return found.error();
        access = std::move(*found);
    }
    if (!settings.name_space.empty())
        access.name_space = settings.name_space;
    if (access.name_space.empty())
        access.name_space = usual_name_space;
    std::unique_ptr<ClusterAccess> opened = std::make_unique<OpenAccess>(
        executor, threads, std::move(proxy), std::move(access), std::move(log)
    );
    co_return opened;
}

} // namespace sluice
