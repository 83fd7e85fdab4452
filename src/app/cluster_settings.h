// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

struct Config;

// Of servers that let datums run in pods, and of what moves their files.
struct ClusterSettings {
    std::string kube_url = {};     // of the API, without authentication; empty: not said
    std::string kube_context = {}; // of kubectl's configuration; empty: not said
    std::string name_space = {};   // empty: this pod's, else "default"
    std::string worker_image = {};
    std::string worker_image_pull_policy = {};     // empty: the cluster's rule
    std::string advertise_url = {};                // where other servers reach this one
    std::chrono::seconds job_ttl{86'400};          // a Job that nobody deleted goes then
    std::chrono::seconds job_start_timeout{3'600}; // for the first pod to begin
    std::chrono::seconds trouble_after{300};       // then trouble is worth a warning
    std::string pfs_medium = {};                   // of the emptyDir: "" or "Memory"
    std::string pfs_size = {};                     // a quantity; empty: no limit
    std::string scratch_medium = {};
    std::string scratch_size = {};
    std::uint64_t prefetch_bytes_max = 10ull << 30; // of the next datum's inputs; 0: none are
    std::size_t transfers_max = 64;                 // connections to buckets
    std::size_t transfers_host_max = 32;            // to one host of them
    std::string log_store = {};     // URI of a folder for finished logs; empty: none
    std::string bootstrap_key = {}; // an API key that the server makes if it has none
};

// How they are read and shown; the table is in settings.cc. Errors: invalid, saying what is
// accepted.

Result<void> set_kube_url(Config& config, std::string_view text);
std::string show_kube_url(const Config& config);
Result<void> set_kube_context(Config& config, std::string_view text);
std::string show_kube_context(const Config& config);
Result<void> set_kube_namespace(Config& config, std::string_view text);
std::string show_kube_namespace(const Config& config);
Result<void> set_worker_image(Config& config, std::string_view text);
std::string show_worker_image(const Config& config);
Result<void> set_worker_image_pull_policy(Config& config, std::string_view text);
std::string show_worker_image_pull_policy(const Config& config);
Result<void> set_advertise_url(Config& config, std::string_view text);
std::string show_advertise_url(const Config& config);
Result<void> set_kube_ttl(Config& config, std::string_view text);
std::string show_kube_ttl(const Config& config);
Result<void> set_job_start_timeout(Config& config, std::string_view text);
std::string show_job_start_timeout(const Config& config);
Result<void> set_kube_trouble_after(Config& config, std::string_view text);
std::string show_kube_trouble_after(const Config& config);
Result<void> set_pfs_medium(Config& config, std::string_view text);
std::string show_pfs_medium(const Config& config);
Result<void> set_pfs_size(Config& config, std::string_view text);
std::string show_pfs_size(const Config& config);
Result<void> set_scratch_medium(Config& config, std::string_view text);
std::string show_scratch_medium(const Config& config);
Result<void> set_scratch_size(Config& config, std::string_view text);
std::string show_scratch_size(const Config& config);
Result<void> set_prefetch_max(Config& config, std::string_view text);
std::string show_prefetch_max(const Config& config);
Result<void> set_transfers_max(Config& config, std::string_view text);
std::string show_transfers_max(const Config& config);
Result<void> set_transfers_host_max(Config& config, std::string_view text);
std::string show_transfers_host_max(const Config& config);
Result<void> set_log_store(Config& config, std::string_view text);
std::string show_log_store(const Config& config);
Result<void> set_bootstrap_key(Config& config, std::string_view text);
std::string show_bootstrap_key(const Config& config); // never the key itself

} // namespace sluice
