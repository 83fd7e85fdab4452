// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/deploy_options.h"

#include "base/text.h"
#include "net/guard/ip_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::kube {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr int replicas_max = 100;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_alnum(char c)
{
    return alphabet.find(c) != std::string_view::npos;
}

// Digits, perhaps with a point, and a unit.
bool is_quantity(std::string_view text)
{
    const auto end =
        std::find_if_not(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    const std::string_view number(text.begin(), end);
    const std::string_view unit(end, text.end());
    constexpr std::string_view units[] = {"",   "m",  "k",  "M",  "G",  "T", "P",
                                          "Ki", "Mi", "Gi", "Ti", "Pi", "E", "Ei"};
    return !number.empty() && is_digit(number.front()) && is_digit(number.back()) &&
           std::count(number.begin(), number.end(), '.') <= 1 &&
           number.find_first_not_of("0.") != std::string_view::npos &&
           std::find(std::begin(units), std::end(units), unit) != std::end(units);
}

// A label of RFC 1123, as namespaces and Secrets may be named.
bool is_label(std::string_view text)
{
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c); };
    if (text.empty() || text.size() > 63 || !is_word(text.front()) || !is_word(text.back()))
        return false;
    return std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '-'; });
}

// The value of a label of an object, which is not empty.
bool is_label_value(std::string_view text)
{
    if (text.empty() || text.size() > 63 || !is_alnum(text.front()) || !is_alnum(text.back()))
        return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alnum(c) || c == '-' || c == '_' || c == '.';
    });
}

// A subdomain of RFC 1123: labels with points between them, at most 253 in all.
bool is_subdomain(std::string_view text)
{
    const std::vector<std::string> labels = split(text, '.');
    return text.size() <= 253 && std::all_of(labels.begin(), labels.end(), is_label);
}

bool is_image(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 127 && c != '"' && c != '\\';
    });
}

Error refuse(std::string_view flag, std::string_view value, std::string_view accepted)
{
    return Error{Errc::invalid, fmt::format("{} '{}': {}", flag, printable(value), accepted)};
}

Result<void> check_quantities(const DeployOptions& options)
{
    const std::pair<std::string_view, std::string_view> all[] = {
        {"--postgres-storage", options.postgres_storage},
        {"--postgres-memory", options.postgres_memory},
        {"--postgres-cpu", options.postgres_cpu},
        {"--server-memory", options.server_memory},
        {"--server-cpu", options.server_cpu},
        {"--minio-storage", options.minio_storage},
        {"--minio-memory", options.minio_memory},
        {"--minio-cpu", options.minio_cpu}};
    for (const auto& [flag, value] : all)
        if (!is_quantity(value))
            return refuse(flag, value, "must be a quantity above zero, for instance 10Gi or 500m");
    return {};
}

Result<void> check_names(const DeployOptions& options)
{
    constexpr std::string_view label = "must be lower-case letters, digits and '-', at most 63";
    if (!is_label(options.name_space))
        return refuse("--namespace", options.name_space, label);
    for (const std::string& secret : options.bucket_secrets)
        if (!is_label(secret))
            return refuse("--bucket-secret", secret, label);
    for (const auto& [flag, value] :
         {std::pair{"--image", std::string_view(options.image)},
          std::pair{"--minio-image", std::string_view(options.minio_image)}})
        if (!is_image(value))
            return refuse(flag, value, "must be the name of an image");
    if (!options.postgres_image.empty() && !is_image(options.postgres_image))
        return refuse("--postgres-image", options.postgres_image, "must be the name of an image");
    const std::string& storage = options.storage_class_name;
    if (!storage.empty() && !is_subdomain(storage))
        return refuse(
            "--storage-class-name", storage, "must be lower-case letters, digits, '-' and '.'"
        );
    const std::string& policy = options.image_pull_policy;
    if (!policy.empty() && policy != "Always" && policy != "IfNotPresent" && policy != "Never")
        return refuse("--image-pull-policy", policy, "must be Always, IfNotPresent or Never");
    return {};
}

} // namespace

DeployOptions default_options(Purpose purpose)
{
    const bool is_small = purpose == Purpose::development;
    DeployOptions options;
    options.postgres_storage = is_small ? "100Mi" : "10Gi";
    options.postgres_memory = is_small ? "256Mi" : "1Gi";
    options.postgres_cpu = is_small ? "100m" : "500m";
    options.server_replicas = is_small ? 1 : 2;
    options.server_memory = "256Mi";
    options.server_cpu = is_small ? "100m" : "450m";
    options.minio_storage = is_small ? "256Mi" : "10Gi";
    options.minio_memory = is_small ? "256Mi" : "512Mi";
    options.minio_cpu = is_small ? "100m" : "250m";
    return options;
}

Result<void> check_options(const DeployOptions& options)
{
    if (Result<void> checked = check_names(options); !checked)
        return checked;
    if (Result<void> checked = check_quantities(options); !checked)
        return checked;
    if (options.server_replicas < 1 || options.server_replicas > replicas_max)
        return refuse(
            "--server-replicas", std::to_string(options.server_replicas),
            fmt::format("must be from 1 to {}", replicas_max)
        );
    if (postgres_major(options.postgres_version).empty() ||
        !is_label_value(options.postgres_version))
        return refuse(
            "--postgres-version", options.postgres_version, "must be a version, for instance 15"
        );
    const std::string& url = options.postgres_url; // not told: it may hold a password
    if (!url.empty() && !url.starts_with("postgresql://") && !url.starts_with("postgres://"))
        return Error{Errc::invalid, "--postgres-url: must be a URL 'postgresql://…'"};
    for (const std::string& network : options.webhook_networks)
        if (!parse_network(network))
            return refuse(
                "--webhook-allow", network, "must be a network, for instance 10.1.0.0/16"
            );
    return {};
}

std::string_view postgres_major(std::string_view version)
{
    const auto end = std::find_if_not(version.begin(), version.end(), is_digit);
    return {version.begin(), end};
}

InstallSecrets make_secrets(Random& random)
{
    InstallSecrets secrets;
    secrets.postgres_password = random_text(random, alphabet, 32);
    secrets.api_key = "sluice_" + random_text(random, alphabet, 40);
    secrets.minio_user = random_text(random, alphabet, 20);
    secrets.minio_password = random_text(random, alphabet, 40);
    return secrets;
}

} // namespace sluice::kube
