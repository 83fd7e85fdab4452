// SPDX-License-Identifier: Apache-2.0
#include "kube/access.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace sluice::access_test {

namespace {

namespace fs = std::filesystem;

class AccessTest : public ::testing::Test {
protected:
    AccessTest()
    {
        std::string name = fs::temp_directory_path() / "sluice-access-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        write("token", "abc");
        write("namespace", "jobs\n");
    }
    ~AccessTest() override { fs::remove_all(folder_); }

    void write(const std::string& name, std::string_view text) const
    {
        std::ofstream(folder_ + "/" + name) << text;
    }

    Result<KubeAccess> access() const
    {
        const auto look_up = [this](std::string_view name) -> std::optional<std::string> {
            const auto found = environment_.find(std::string(name));
            return found == environment_.end() ? std::nullopt : std::optional(found->second);
        };
        return access_in_cluster(look_up, folder_);
    }

    std::string folder_;
    std::map<std::string, std::string> environment_ = {
        {"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
};

} // namespace

TEST_F(AccessTest, a_pod_reaches_the_api_with_its_service_account)
{
    const Result<KubeAccess> found = access();

    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->url, "https://10.0.0.1:443");
    EXPECT_EQ(found->name_space, "jobs");
    EXPECT_EQ(found->ca_file, folder_ + "/ca.crt");
    EXPECT_EQ(found->token_file, folder_ + "/token");
}

TEST_F(AccessTest, an_ipv6_address_stands_in_brackets)
{
    environment_["KUBERNETES_SERVICE_HOST"] = "fd00::1";

    EXPECT_EQ(access().value().url, "https://[fd00::1]:443");
}

TEST_F(AccessTest, elsewhere_there_is_none)
{
    environment_.clear();

    ASSERT_FALSE(access());
    EXPECT_EQ(access().error().code, Errc::not_found);
}

TEST_F(AccessTest, a_pod_without_a_service_account_has_none)
{
    fs::remove(folder_ + "/token");

    ASSERT_FALSE(access());
    EXPECT_EQ(access().error().code, Errc::not_found);
    EXPECT_NE(access().error().detail.find(folder_ + "/token"), std::string::npos);
}

TEST_F(AccessTest, what_cannot_be_is_named)
{
    environment_["KUBERNETES_SERVICE_PORT"] = "https";
    ASSERT_FALSE(access());
    EXPECT_EQ(access().error().code, Errc::invalid);
    EXPECT_EQ(access().error().detail, "KUBERNETES_SERVICE_PORT 'https': a port is accepted");

    environment_["KUBERNETES_SERVICE_PORT"] = "443";
    write("namespace", " \n");
    ASSERT_FALSE(access());
    EXPECT_EQ(access().error().code, Errc::invalid);
    EXPECT_NE(access().error().detail.find("namespace"), std::string::npos);
}

} // namespace sluice::access_test
