// SPDX-License-Identifier: Apache-2.0
#include "worker/pod_settings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::pod_settings_test {
namespace {

const PodVariables pod{
    {"SLUICE_SERVER", "http://sluice:8085"},
    {"SLUICE_KEY", "secret"},
    {"SLUICE_NODE_NAME", "node"},
    {"SLUICE_POD_NAME", "job-x7k2p"},
    {"SLUICE_PREFETCH_MAX", "1Gi"},
    {"PATH", "/opt/conda/bin:/bin"},
    {"MODEL", "a=b\nc"},
    {"LD_LIBRARY_PATH", "/opt/lib"}};

Result<PodSettings> read(PodVariables variables)
{
    return read_pod_settings({"0196f3a2"}, variables);
}

PodVariables with(const std::string& name, const std::string& value)
{
    PodVariables variables = pod;
    variables[name] = value;
    return variables;
}

TEST(PodSettings, the_command_gets_the_images_environment_without_ours)
{
    const std::vector<std::string> env = read(pod).value().command_env;
    const std::vector<std::string> expected{
        "LD_LIBRARY_PATH=/opt/lib", "MODEL=a=b\nc", "PATH=/opt/conda/bin:/bin",
        "SLUICE_NODE_NAME=node", "SLUICE_POD_NAME=job-x7k2p"};
    EXPECT_EQ(env, expected);
}

TEST(PodSettings, a_pod_is_told_by_its_argument_and_its_variables)
{
    const PodSettings settings = read(pod).value();
    EXPECT_EQ(settings.job, "0196f3a2");
    EXPECT_EQ(settings.server, "http://sluice:8085");
    EXPECT_EQ(settings.pod_name, "job-x7k2p");
    EXPECT_EQ(settings.node_name, "node");
    EXPECT_EQ(settings.prefetch_bytes_max, 1u << 30);
}

TEST(PodSettings, what_is_missing_is_named)
{
    EXPECT_EQ(read(with("SLUICE_SERVER", "")).error().detail, "SLUICE_SERVER: is required");
    EXPECT_EQ(read(with("SLUICE_POD_NAME", "")).error().detail, "SLUICE_POD_NAME: is required");
    const Error size = read(with("SLUICE_PREFETCH_MAX", "much")).error();
    EXPECT_TRUE(size.detail.starts_with("SLUICE_PREFETCH_MAX: ")) << size.detail;
    EXPECT_FALSE(read_pod_settings({}, pod));
    EXPECT_FALSE(read_pod_settings({"a", "b"}, pod));
}

TEST(PodSettings, levels_of_the_log_are_the_pipelines)
{
    EXPECT_EQ(read(pod).value().log, "warn");
    EXPECT_EQ(read(with("RUST_LOG", "info")).value().log, "info");
    PodVariables both = with("RUST_LOG", "info");
    both["SLUICE_LOG"] = "debug";
    EXPECT_EQ(read(both).value().log, "debug");
}

TEST(PodSettings, an_image_without_authorities_uses_those_that_were_brought_along)
{
    EXPECT_EQ(read(pod).value().ca_file, "/sluice/ca.pem");
    EXPECT_EQ(read(with("SSL_CERT_FILE", "/etc/own.pem")).value().ca_file, "/etc/own.pem");
}

} // namespace
} // namespace sluice::pod_settings_test
