// SPDX-License-Identifier: Apache-2.0
#include "blob/bucket_client.h"

namespace sluice {

namespace {

// libcurl takes the first one for every request. Most objects are small; ranges ask for more.
constexpr std::size_t receive_buffer_bytes = 128u << 10;
constexpr std::size_t send_buffer_bytes = 256u << 10;

HttpClientOptions http_options(const BucketClient::Options& options)
{
    HttpClientOptions http;
    http.connections_max = options.connections_max;
    http.connections_per_host_max = options.connections_per_host_max;
    http.idle_connections_max = options.connections_max;
    http.ca_file = options.ca_file;
    http.receive_buffer_bytes = receive_buffer_bytes;
    http.send_buffer_bytes = send_buffer_bytes;
    return http;
}

} // namespace

Time BucketClient::MachineClock::now() const
{
    return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

BucketClient::BucketClient(
    asio::any_io_executor executor, WorkerThreads& threads, Options options, Log log
)
    : executor_(std::move(executor)),
      threads_(threads),
      options_(std::move(options)),
      log_(std::move(log))
{}

BucketParts BucketClient::parts()
{
    if (!http_) {
        http_.emplace(executor_, http_options(options_));
        memory_.emplace(executor_, options_.limits.memory_bytes_max);
    }
    return {
        .executor = executor_,
        .http = *http_,
        .threads = threads_,
        .memory = *memory_,
        .clock = clock_,
        .random = random_,
        .log = log_,
        .limits = options_.limits};
}

} // namespace sluice
