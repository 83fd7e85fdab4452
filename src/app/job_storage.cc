// SPDX-License-Identifier: Apache-2.0
#include "app/job_storage.h"

#include "app/config.h"
#include "async/signal.h"
#include "async/with_stop.h"

namespace sluice {

namespace {

BucketClient::Options client_options(const Config& config)
{
    BucketClient::Options options;
    options.connections_max = config.cluster.transfers_max;
    options.connections_per_host_max = config.cluster.transfers_host_max;
    options.ca_file = value_of(process_variables(), "SSL_CERT_FILE").value_or("");
    return options;
}

} // namespace

// Files until there is a cluster, which may go while it is being asked.
class JobStorage::Secrets final : public SecretSource {
public:
    Secrets(asio::any_io_executor executor, std::unique_ptr<SecretSource> source)
        : source_(std::move(source)), left_(executor), ended_(executor)
    {}

    void use(std::unique_ptr<SecretSource> source) { source_ = std::move(source); }

    Async<Result<SecretData>> read(std::string name) override
    {
        const Error too_late{Errc::unavailable, "this server is about to end"};
        if (left_.requested())
            co_return too_late;
        const Reading reading(*this);
        std::optional<Result<SecretData>> data =
            co_await with_stop(source_->read(std::move(name)), left_);
        if (!data)
            co_return too_late;
        co_return std::move(*data);
    }

    Async<void> leave()
    {
        left_.request();
        while (readings_ > 0)
            co_await ended_.wait();
    }

private:
    class Reading {
    public:
        explicit Reading(Secrets& secrets) : secrets_(secrets) { ++secrets_.readings_; }
        ~Reading()
        {
            --secrets_.readings_;
            secrets_.ended_.notify();
        }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

    private:
        Secrets& secrets_;
    };

    std::unique_ptr<SecretSource> source_;
    StopEvent left_;
    Signal ended_; // a reading
    std::size_t readings_ = 0;
};

JobStorage::JobStorage(
    asio::any_io_executor executor, const Config& config, WorkerThreads& threads, Log log
)
    : client_(executor, threads, client_options(config), std::move(log)),
      secrets_(std::make_unique<Secrets>(
          executor, make_directory_secrets(threads, config.secrets_directory)
      )),
      blobs_(make_job_blobs(JobBlobParts{
          .executor = executor,
          .threads = threads,
          .buckets = [this] { return client_.parts(); },
          .own = process_variables(),
          .secrets = secrets_.get()}))
{}

JobStorage::~JobStorage() = default;

void JobStorage::use_secrets_of(Cluster& cluster)
{
    secrets_->use(make_cluster_secrets(cluster));
}

Async<void> JobStorage::leave_cluster()
{
    return secrets_->leave();
}

} // namespace sluice
