// SPDX-License-Identifier: Apache-2.0
#include "app/cluster_settings.h"

#include "app/config.h"
#include "app/setting_values.h"
#include "model/duration.h"
#include "model/object_uri.h"
#include "model/quantity.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t transfers_limit = 10'000;
constexpr std::string_view disk_medium = "disk";
constexpr std::string_view memory_medium = "Memory";

Result<void> set_line(std::string& out, std::string_view text)
{
    const bool is_plain = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 127;
    });
    if (!is_plain || text.empty())
        return refuse("text without spaces", text);
    out = text;
    return {};
}

Result<void> set_time(std::chrono::seconds& out, std::string_view text)
{
    const Result<std::chrono::seconds> time = parse_duration(text);
    if (!time)
        return time.error();
    out = *time;
    return {};
}

Result<void> set_medium(std::string& out, std::string_view text)
{
    if (text != disk_medium && text != memory_medium)
        return refuse("disk or Memory", text);
    out = text == disk_medium ? "" : std::string(memory_medium);
    return {};
}

std::string show_medium(const std::string& medium)
{
    return medium.empty() ? std::string(disk_medium) : medium;
}

Result<void> set_size(std::string& out, std::string_view text)
{
    const Result<Quantity> size = parse_quantity(text, QuantityUnit::whole);
    if (!size)
        return size.error();
    if (size->amount <= 0)
        return refuse("a quantity above zero, for instance 10Gi", text);
    out = size->text;
    return {};
}

// A label of RFC 1123, as namespaces are named.
bool is_label(std::string_view text)
{
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (text.empty() || text.size() > 63 || !is_word(text.front()) || !is_word(text.back()))
        return false;
    return std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '-'; });
}

} // namespace

Result<void> set_kube_url(Config& config, std::string_view text)
{
    return set_url(config.cluster.kube_url, text);
}

std::string show_kube_url(const Config& config)
{
    return config.cluster.kube_url;
}

Result<void> set_kube_context(Config& config, std::string_view text)
{
    if (text.empty() || text.find('\0') != std::string_view::npos)
        return refuse("the name of a context of kubectl", text);
    config.cluster.kube_context = text;
    return {};
}

std::string show_kube_context(const Config& config)
{
    return config.cluster.kube_context;
}

Result<void> set_kube_namespace(Config& config, std::string_view text)
{
    if (!is_label(text))
        return refuse("a name of lower-case letters, digits and '-', at most 63", text);
    config.cluster.name_space = text;
    return {};
}

std::string show_kube_namespace(const Config& config)
{
    return config.cluster.name_space;
}

Result<void> set_worker_image(Config& config, std::string_view text)
{
    return set_line(config.cluster.worker_image, text);
}

std::string show_worker_image(const Config& config)
{
    return config.cluster.worker_image;
}

Result<void> set_worker_image_pull_policy(Config& config, std::string_view text)
{
    if (text != "Always" && text != "IfNotPresent" && text != "Never")
        return refuse("Always, IfNotPresent or Never", text);
    config.cluster.worker_image_pull_policy = text;
    return {};
}

std::string show_worker_image_pull_policy(const Config& config)
{
    return config.cluster.worker_image_pull_policy;
}

Result<void> set_advertise_url(Config& config, std::string_view text)
{
    return set_url(config.cluster.advertise_url, text);
}

std::string show_advertise_url(const Config& config)
{
    return config.cluster.advertise_url;
}

Result<void> set_kube_ttl(Config& config, std::string_view text)
{
    return set_time(config.cluster.job_ttl, text);
}

std::string show_kube_ttl(const Config& config)
{
    return format_duration(config.cluster.job_ttl);
}

Result<void> set_job_start_timeout(Config& config, std::string_view text)
{
    return set_time(config.cluster.job_start_timeout, text);
}

std::string show_job_start_timeout(const Config& config)
{
    return format_duration(config.cluster.job_start_timeout);
}

Result<void> set_kube_trouble_after(Config& config, std::string_view text)
{
    return set_time(config.cluster.trouble_after, text);
}

std::string show_kube_trouble_after(const Config& config)
{
    return format_duration(config.cluster.trouble_after);
}

Result<void> set_pfs_medium(Config& config, std::string_view text)
{
    return set_medium(config.cluster.pfs_medium, text);
}

std::string show_pfs_medium(const Config& config)
{
    return show_medium(config.cluster.pfs_medium);
}

Result<void> set_pfs_size(Config& config, std::string_view text)
{
    return set_size(config.cluster.pfs_size, text);
}

std::string show_pfs_size(const Config& config)
{
    return config.cluster.pfs_size;
}

Result<void> set_scratch_medium(Config& config, std::string_view text)
{
    return set_medium(config.cluster.scratch_medium, text);
}

std::string show_scratch_medium(const Config& config)
{
    return show_medium(config.cluster.scratch_medium);
}

Result<void> set_scratch_size(Config& config, std::string_view text)
{
    return set_size(config.cluster.scratch_size, text);
}

std::string show_scratch_size(const Config& config)
{
    return config.cluster.scratch_size;
}

Result<void> set_prefetch_max(Config& config, std::string_view text)
{
    const Result<Quantity> size = parse_quantity(text, QuantityUnit::whole);
    if (!size)
        return size.error();
    config.cluster.prefetch_bytes_max = static_cast<std::uint64_t>(size->amount);
    return {};
}

std::string show_prefetch_max(const Config& config)
{
    return fmt::format("{}", config.cluster.prefetch_bytes_max);
}

Result<void> set_transfers_max(Config& config, std::string_view text)
{
    return set_count(config.cluster.transfers_max, text, transfers_limit);
}

std::string show_transfers_max(const Config& config)
{
    return fmt::format("{}", config.cluster.transfers_max);
}

Result<void> set_transfers_host_max(Config& config, std::string_view text)
{
    return set_count(config.cluster.transfers_host_max, text, transfers_limit);
}

std::string show_transfers_host_max(const Config& config)
{
    return fmt::format("{}", config.cluster.transfers_host_max);
}

Result<void> set_log_store(Config& config, std::string_view text)
{
    const Result<ObjectUri> uri = parse_uri(text);
    if (!uri)
        return uri.error();
    config.cluster.log_store = text;
    return {};
}

std::string show_log_store(const Config& config)
{
    return config.cluster.log_store;
}

Result<void> set_bootstrap_key(Config& config, std::string_view text)
{
    if (!set_line(config.cluster.bootstrap_key, text)) // the text is a secret
        return Error{Errc::invalid, "must be text without spaces"};
    return {};
}

std::string show_bootstrap_key(const Config& config)
{
    return config.cluster.bootstrap_key.empty() ? "" : "(set)";
}

} // namespace sluice
