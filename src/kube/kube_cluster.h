// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "base/random.h"
#include "kube/access.h"
#include "kube/cluster.h"
#include "net/backoff.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace sluice {

class WorkerThreads;

struct KubeOptions {
    KubeAccess access;
    std::chrono::milliseconds call_time{30'000};  // of one call
    std::chrono::milliseconds token_time{60'000}; // then the token's file is read again
    std::chrono::seconds watch_time{300};         // of one connection of a watch, ± a tenth
    std::chrono::milliseconds poll{30'000};       // between lists while a watch is down
    Backoff backoff{std::chrono::seconds(1), std::chrono::seconds(30)}; // of a watch
    std::size_t page = 500;                 // objects of one answer to a list
    std::size_t list_bytes_max = 32u << 20; // of one such answer
    std::size_t line_bytes_max = 4u << 20;  // of one event of a watch
    std::size_t log_bytes_max = 1u << 20;   // of a pod's last lines
};

// Kubernetes over its API. Lives on the loop; what it is given outlives it.
std::unique_ptr<Cluster> make_kube_cluster(
    asio::any_io_executor executor, WorkerThreads& threads, Random& random, KubeOptions options,
    Log log
);

} // namespace sluice
