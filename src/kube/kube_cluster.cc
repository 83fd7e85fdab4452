// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_cluster.h"

#include "base/assert.h"
#include "kube/kube_api.h"
#include "kube/kube_watch.h"
#include "net/credentials.h"

#include <fmt/format.h>

#include <list>

namespace sluice {

namespace {

// What the API answers instead of an object.
Error odd_answer(std::string_view what)
{
    return {Errc::unavailable, fmt::format("Kubernetes: {}: the answer is no object", what)};
}

Result<SeenJob> job_of(const ClientResponse& response, std::string_view what)
{
    const Result<Json> object = parse_json(response.body);
    if (!object)
        return odd_answer(what);
    Result<SeenJob> job = read_seen_job(*object);
    return job ? job : Result<SeenJob>(odd_answer(what));
}

Result<SecretData> secret_of(const ClientResponse& response, const std::string& name)
{
    const Result<Json> object = parse_json(response.body);
    if (!object || !object->is_object())
        return odd_answer("get secrets");
    SecretData data;
    const auto members = object->find("data");
    if (members == object->end() || !members->is_object())
        return data;
    for (const auto& [key, value] : members->items()) {
        std::optional<std::string> bytes;
        if (value.is_string())
            bytes = decode_base64(value.get<std::string>());
        if (!bytes)
            return Error{
                Errc::corrupt, fmt::format("secret '{}': key '{}' is no base64", name, key)};
        data.emplace(key, std::move(*bytes));
    }
    return data;
}

Json delete_options(std::string uid)
{
    Json options = Json::object();
    options["apiVersion"] = "v1";
    options["kind"] = "DeleteOptions";
    options["propagationPolicy"] = "Background";
    options["preconditions"]["uid"] = std::move(uid);
    return options;
}

class KubeCluster final : public Cluster {
public:
    KubeCluster(
        asio::any_io_executor executor, WorkerThreads& threads, Random& random, KubeOptions options,
        Log log
    )
        : options_(std::move(options)),
          log_(std::move(log)),
          api_(executor, threads, options_),
          parts_{executor, api_, threads, random, options_, log_}
    {}

    ~KubeCluster() override { SLUICE_ASSERT_QUIETLY(watches_.empty()); }

    const std::string& name_space() const override { return api_.name_space(); }
    Async<Result<SeenJob>> create_job(kube::JobObject job) override;
    Async<Result<SeenJob>> find_job(std::string name) override;
    Async<Result<void>> delete_job(std::string name, std::string uid) override;
    Async<Result<void>> create_secret(kube::SecretObject secret) override;
    Async<Result<SecretData>> read_secret(std::string name) override;
    Async<Result<std::string>> pod_log(std::string pod, std::size_t lines) override;
    std::unique_ptr<ClusterWatch> watch() override;
    Async<void> close() override;

private:
    class Handle;

    // A watch outlives its handle until its coroutines have ended.
    struct Standing {
        explicit Standing(const WatchParts& parts) : watch(parts) {}

        KubeWatch watch;
        bool is_left = false;
    };

    KubeOptions options_;
    Log log_;
    KubeApi api_;
    WatchParts parts_;
    std::list<Standing> watches_;
};

class KubeCluster::Handle final : public ClusterWatch {
public:
    explicit Handle(Standing& standing) : standing_(standing) {}
    ~Handle() override
    {
        standing_.is_left = true;
        standing_.watch.cancel();
    }

    Async<std::vector<ClusterEvent>> next() override { return standing_.watch.next(); }

private:
    Standing& standing_;
};

Async<Result<SeenJob>> KubeCluster::create_job(kube::JobObject job)
{
    KubeRequest request{.call = kube::create_job};
    request.body = kube::to_json(job);
    const Result<ClientResponse> response = co_await api_.ask(std::move(request));
    if (!response)
        co_return response.error();
    co_return job_of(*response, "create jobs");
}

Async<Result<SeenJob>> KubeCluster::find_job(std::string name)
{
    KubeRequest request{.call = kube::get_job, .name = std::move(name)};
    const Result<ClientResponse> response = co_await api_.ask(std::move(request));
    if (!response)
        co_return response.error();
    co_return job_of(*response, "get jobs");
}

Async<Result<void>> KubeCluster::delete_job(std::string name, std::string uid)
{
    KubeRequest request{.call = kube::delete_job, .name = std::move(name)};
    request.body = delete_options(std::move(uid));
    const Result<ClientResponse> response = co_await api_.ask(std::move(request));
    if (response)
        co_return Result<void>();
    // Conflict: the uid is another one's.
    const Errc code = response.error().code;
    if (code == Errc::not_found || code == Errc::conflict)
        co_return Result<void>();
    co_return response.error();
}

Async<Result<void>> KubeCluster::create_secret(kube::SecretObject secret)
{
    KubeRequest request{.call = kube::create_secret};
    request.body = kube::to_json(secret);
    const Result<ClientResponse> response = co_await api_.ask(std::move(request));
    if (!response)
        co_return response.error();
    co_return Result<void>();
}

Async<Result<SecretData>> KubeCluster::read_secret(std::string name)
{
    KubeRequest request{.call = kube::get_secret, .name = name};
    const Result<ClientResponse> response = co_await api_.ask(std::move(request));
    if (!response)
        co_return response.error();
    co_return secret_of(*response, name);
}

Async<Result<std::string>> KubeCluster::pod_log(std::string pod, std::size_t lines)
{
    KubeRequest request{.call = kube::get_pod_log, .name = std::move(pod)};
    request.query = {
        {"container", std::string(kube::main_container)},
        {"tailLines", std::to_string(lines)},
        {"limitBytes", std::to_string(options_.log_bytes_max)}};
    request.body_bytes_max = options_.log_bytes_max + 1024;
    Result<ClientResponse> response = co_await api_.ask(std::move(request));
    if (!response)
        co_return response.error();
    co_return std::move(response->body);
}

std::unique_ptr<ClusterWatch> KubeCluster::watch()
{
    watches_.remove_if([](const Standing& standing) {
        return standing.is_left && standing.watch.is_over();
    });
    return std::make_unique<Handle>(watches_.emplace_back(parts_));
}

Async<void> KubeCluster::close()
{
    for (Standing& standing : watches_) {
        SLUICE_ASSERT(standing.is_left);
        co_await standing.watch.join();
    }
    watches_.clear();
}

} // namespace

std::unique_ptr<Cluster> make_kube_cluster(
    asio::any_io_executor executor, WorkerThreads& threads, Random& random, KubeOptions options,
    Log log
)
{
    return std::make_unique<KubeCluster>(
        std::move(executor), threads, random, std::move(options), std::move(log)
    );
}

} // namespace sluice
