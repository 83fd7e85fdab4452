// SPDX-License-Identifier: Apache-2.0
#include "app/supervision.h"
#include "app/testing.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

namespace sluice::cluster_settings_test {
namespace {

using testing::sources_of;
using testing::Variables;

Result<Config> config_of(Variables variables)
{
    return read_config(sources_of(std::move(variables)));
}

EnvironmentLookup environment_of(Variables variables)
{
    return [variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(ClusterSettings, are_shown_as_they_are_written)
{
    const std::pair<const char*, const char*> given[] = {
        {"kube_url", "http://127.0.0.1:8001"},
        {"kube_context", "my cluster"},
        {"kube_namespace", "jobs"},
        {"worker_image", "registry.example/sluice:1"},
        {"worker_image_pull_policy", "IfNotPresent"},
        {"advertise_url", "http://10.0.0.7:8085"},
        {"kube_ttl", "2h"},
        {"job_start_timeout", "30m"},
        {"kube_trouble_after", "1m"},
        {"pfs_medium", "Memory"},
        {"pfs_size", "50Gi"},
        {"scratch_medium", "disk"},
        {"scratch_size", "1Gi"},
        {"prefetch_max", "0"},
        {"transfers_max", "100"},
        {"transfers_host_max", "10"},
        {"log_store", "s3://logs/sluice"},
    };
    for (const auto& [name, text] : given) {
        const Config config = config_of({{setting(name).variable(), text}}).value();
        EXPECT_EQ(setting(name).show(config), text) << name;
    }
}

TEST(ClusterSettings, refuse_what_cannot_be)
{
    const std::pair<const char*, const char*> wrong[] = {
        {"kube_url", "127.0.0.1:8001"}, {"kube_namespace", "My_Jobs"},
        {"worker_image", "an image"},   {"worker_image_pull_policy", "Sometimes"},
        {"kube_ttl", "soon"},           {"job_start_timeout", "0"},
        {"pfs_medium", "tape"},         {"pfs_size", "0"},
        {"scratch_size", "big"},        {"prefetch_max", "all"},
        {"transfers_max", "0"},         {"log_store", "ftp://logs"},
    };
    for (const auto& [name, text] : wrong) {
        const Result<Config> config = config_of({{setting(name).variable(), text}});
        ASSERT_FALSE(config) << name;
        EXPECT_TRUE(config.error().detail.starts_with(setting(name).variable())) << name;
    }
}

TEST(ClusterSettings, never_tell_the_bootstrap_key)
{
    const Config config = config_of({{"SLUICE_BOOTSTRAP_KEY", "hush"}}).value();
    EXPECT_EQ(config.cluster.bootstrap_key, "hush");
    EXPECT_EQ(setting("bootstrap_key").show(config), "(set)");

    const Result<Config> wrong = config_of({{"SLUICE_BOOTSTRAP_KEY", "hush hush"}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().detail.find("hush"), std::string::npos);
}

TEST(ServerRunner, is_kubernetes_where_the_settings_tell_of_it)
{
    const EnvironmentLookup nowhere = environment_of({});

    EXPECT_EQ(server_runner(config_of({}).value(), nowhere), RunnerKind::process);
    for (const char* variable : {"SLUICE_KUBE_CONTEXT", "SLUICE_KUBE_URL"}) {
        const Config told = config_of({{variable, "http://kube"}}).value();
        EXPECT_EQ(server_runner(told, nowhere), RunnerKind::kubernetes) << variable;
    }
    const Config asked =
        config_of({{"SLUICE_EXECUTOR", "container"}, {"SLUICE_KUBE_CONTEXT", "c"}}).value();
    EXPECT_EQ(server_runner(asked, nowhere), RunnerKind::container);
}

TEST(ClusterJobSettings, take_from_the_environment_what_buckets_need_and_no_secret)
{
    const Config config = config_of({{"SLUICE_WORKER_IMAGE", "sluice:1"}}).value();
    const EnvironmentLookup environment = environment_of(
        {{"AWS_ENDPOINT_URL", "http://minio:9000"},
         {"AWS_REGION", ""},
         {"AWS_SECRET_ACCESS_KEY", "hush"},
         {"PGPASSWORD", "hush"}}
    );

    const ClusterJobSettings settings =
        cluster_job_settings(config, "jobs", "http://sluice:8085", environment);

    EXPECT_EQ(settings.worker_image, "sluice:1");
    EXPECT_EQ(settings.name_space, "jobs");
    EXPECT_EQ(settings.server_url, "http://sluice:8085");
    const std::map<std::string, std::string> expected{{"AWS_ENDPOINT_URL", "http://minio:9000"}};
    EXPECT_EQ(settings.bucket_env, expected);
    EXPECT_EQ(settings.prefetch_bytes_max, std::nullopt);
}

TEST(ClusterJobSettings, tell_pods_the_limit_of_prefetching_that_was_given)
{
    const Config config =
        config_of({{"SLUICE_WORKER_IMAGE", "sluice:1"}, {"SLUICE_PREFETCH_MAX", "1Gi"}}).value();

    const ClusterJobSettings settings =
        cluster_job_settings(config, "jobs", "http://sluice:8085", environment_of({}));

    EXPECT_EQ(settings.prefetch_bytes_max, 1u << 30);
}

} // namespace
} // namespace sluice::cluster_settings_test
