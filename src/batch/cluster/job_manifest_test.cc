// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/job_manifest.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sluice::job_manifest_test {
namespace {

constexpr const char* job_id = "0190a6b2-0000-7000-8000-000000000001";

// Sorted, so that the order of members does not matter.
std::string sorted(const std::string& text)
{
    return nlohmann::json::parse(text).dump(2);
}

std::string golden(const std::string& name)
{
    std::ifstream file(std::string(SLUICE_SOURCE_DIR) + "/tests/golden/jobs/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.empty() ? "no golden file " + name : sorted(text);
}

Pipeline pipeline_of(const char* text)
{
    return read_pipeline(parse_json(text).value()).value();
}

const char* const plain_pipeline = R"json({
    "pipeline": {"name": "plain"},
    "transform": {"cmd": ["true"], "image": "busybox"},
    "parallelism_spec": {"constant": 4},
    "resource_requests": {"memory": "64Mi", "cpu": 1},
    "input": {"atom": {"URI": "s3://bucket/in", "repo": "in", "glob": "/*"}},
    "egress": {"URI": "s3://bucket/out"}})json";

const char* const whole_pipeline = R"json({
    "pipeline": {"name": "whole"},
    "transform": {
        "cmd": ["words", "$(HOME)"], "image": "registry.example/words:7",
        "image_pull_policy": "Always", "service_account": "words",
        "env": {"SLUICE_LOG": "debug", "SLUICE_SERVER": "http://elsewhere",
                "AWS_REGION": "eu-west-1", "LITERAL": "$(HOME) costs $$5"},
        "secrets": [
            {"name": "model", "mount_path": "/model"},
            {"name": "s3", "key": "access", "env_var": "AWS_ACCESS_KEY_ID"},
            {"name": "licence", "mount_path": "/licence"},
            {"name": "s3", "key": "secret", "env_var": "AWS_SECRET_ACCESS_KEY", "optional": true},
            {"name": "stolen", "key": "token", "env_var": "SLUICE_KEY"},
            {"name": "model", "mount_path": "/again"}]},
    "parallelism_spec": {"constant": 3},
    "resource_requests": {"memory": "2Gi", "cpu": "1500m"},
    "job_timeout": "1h", "node_selector": {"zone": "a", "disk": "fast"},
    "input": {"atom": {"URI": "gs://bucket/in", "repo": "in", "glob": "/*"}},
    "egress": {"URI": "s3://bucket/out"}})json";

ClusterJobSettings plain_settings()
{
    ClusterJobSettings settings;
    settings.server_url = "http://sluice.default:8085";
    settings.worker_image = "registry.example/sluice:1.2.3";
    return settings;
}

ClusterJobSettings whole_settings()
{
    ClusterJobSettings settings = plain_settings();
    settings.name_space = "jobs";
    settings.server_url = "http://sluice.sluice:8085";
    settings.worker_image_pull_policy = "IfNotPresent";
    settings.ttl_seconds = 3600;
    settings.pfs_size = "50Gi";
    settings.scratch_medium = "Memory";
    settings.scratch_size = "1Gi";
    settings.bucket_env = {{"AWS_ENDPOINT_URL", "http://minio:9000"}, {"AWS_REGION", "us-east-1"}};
    return settings;
}

TEST(JobManifest, of_a_plain_pipeline_says_no_more_than_it_must)
{
    const Pipeline pipeline = pipeline_of(plain_pipeline);
    const ClusterJobFacts job{pipeline, job_id, "plain-abc", 1};

    const Json made = to_json(job_manifest(job, plain_settings()));

    EXPECT_EQ(sorted(made.dump()), golden("plain.json"));
}

TEST(JobManifest, of_a_pipeline_with_everything_has_it_all)
{
    const Pipeline pipeline = pipeline_of(whole_pipeline);
    const ClusterJobFacts job{pipeline, job_id, "whole-abc", 1000};

    const Json made = to_json(job_manifest(job, whole_settings()));

    EXPECT_EQ(sorted(made.dump()), golden("whole.json"));
}

TEST(JobManifest, says_where_buckets_are_as_the_server_does_unless_the_job_has_credentials)
{
    Pipeline pipeline = pipeline_of(plain_pipeline);
    pipeline.transform.env = {
        {"AWS_ENDPOINT_URL", "http://mine"},
        {"AWS_REGION", "mine"},
        {"OTHER", "mine"},
        {"STORAGE_EMULATOR_HOST", "mine"}};
    using Variables = std::map<std::string, std::string>;
    const auto of_interest = [&pipeline] {
        const ClusterJobFacts job{pipeline, job_id, "plain-abc", 1};
        ClusterJobSettings settings = plain_settings();
        settings.bucket_env = {{"AWS_ENDPOINT_URL", "http://minio:9000"}};
        Variables found;
        const kube::JobObject made = job_manifest(job, settings);
        for (const kube::EnvVar& variable : made.pods.spec.containers.at(0).env)
            if (variable.name.starts_with("AWS_") || pipeline.transform.env.contains(variable.name))
                found[variable.name] = variable.value;
        return found;
    };

    const Variables of_server{{"AWS_ENDPOINT_URL", "http://minio:9000"}, {"OTHER", "mine"}};
    EXPECT_EQ(of_interest(), of_server);

    pipeline.transform.secrets = {SecretVariable{"s3", "id", "AWS_ACCESS_KEY_ID", false}};
    const Variables of_job{
        {"AWS_ACCESS_KEY_ID", ""},
        {"AWS_ENDPOINT_URL", "http://mine"},
        {"AWS_REGION", "mine"},
        {"OTHER", "mine"}};
    EXPECT_EQ(of_interest(), of_job);
}

TEST(JobManifest, has_as_many_pods_as_there_is_work_for)
{
    const Pipeline pipeline = pipeline_of(plain_pipeline);
    const auto parallelism = [&pipeline](std::int64_t datums) {
        const ClusterJobFacts job{pipeline, job_id, "plain-abc", datums};
        return job_manifest(job, plain_settings()).parallelism;
    };

    EXPECT_EQ(parallelism(1), 1);
    EXPECT_EQ(parallelism(3), 3);
    EXPECT_EQ(parallelism(1000), 4);
}

TEST(JobManifest, holds_no_secret_but_names_of_its_own)
{
    const Pipeline pipeline = pipeline_of(whole_pipeline);
    const ClusterJobFacts job{pipeline, job_id, "whole-abc", 1000};

    const std::string made = to_json(job_manifest(job, whole_settings())).dump();

    EXPECT_EQ(made.find("stolen"), std::string::npos);
    EXPECT_EQ(made.find("sluice-worker."), std::string::npos);
    EXPECT_EQ(made.find("postgres"), std::string::npos);
    EXPECT_EQ(made.find("PGPASSWORD"), std::string::npos);
}

TEST(JobManifest, keeps_the_servers_value_beside_a_secret_that_may_be_missing)
{
    Pipeline pipeline = pipeline_of(plain_pipeline);
    pipeline.transform.secrets = {
        SecretVariable{"s3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL", true},
        SecretVariable{"s3", "AWS_REGION", "AWS_REGION", false}};
    const ClusterJobFacts job{pipeline, job_id, "plain-abc", 1};
    const kube::JobObject made = job_manifest(job, whole_settings());
    const auto values_of = [&made](std::string_view name) {
        std::vector<std::string> values;
        for (const kube::EnvVar& variable : made.pods.spec.containers.at(0).env)
            if (variable.name == name)
                values.push_back(variable.value);
        return values;
    };

    // Kubernetes takes the last one that there is.
    EXPECT_EQ(values_of("AWS_ENDPOINT_URL"), (std::vector<std::string>{"http://minio:9000", ""}));
    EXPECT_EQ(values_of("AWS_REGION"), std::vector<std::string>{""});
}

TEST(JobManifest, tells_the_servers_limit_of_prefetching_unless_the_pipeline_has_one)
{
    Pipeline pipeline = pipeline_of(plain_pipeline);
    ClusterJobSettings settings = plain_settings();
    const auto limit = [&]() -> std::string {
        const ClusterJobFacts job{pipeline, job_id, "plain-abc", 1};
        const kube::JobObject made = job_manifest(job, settings);
        for (const kube::EnvVar& variable : made.pods.spec.containers.at(0).env)
            if (variable.name == "SLUICE_PREFETCH_MAX")
                return variable.value;
        return "none";
    };

    EXPECT_EQ(limit(), "none");
    settings.prefetch_bytes_max = 0;
    EXPECT_EQ(limit(), "0");
    pipeline.transform.env["SLUICE_PREFETCH_MAX"] = "1Gi";
    EXPECT_EQ(limit(), "1Gi");
}

TEST(TokenSecret, goes_with_its_job)
{
    const Pipeline pipeline = pipeline_of(plain_pipeline);
    const ClusterJobFacts job{pipeline, job_id, "plain-abc", 1};

    const Json made = to_json(token_secret(job, plain_settings(), "token", "uid-1"));

    EXPECT_EQ(sorted(made.dump()), golden("secret.json"));
}

} // namespace
} // namespace sluice::job_manifest_test
