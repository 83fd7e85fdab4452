// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/manifests.h"

#include "base/text.h"
#include "base/yaml.h"
#include "kube/calls.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace sluice::kube::manifests_test {
namespace {

// With its keys sorted: their order does not matter.
std::string sorted(const Json& object)
{
    return nlohmann::json::parse(object.dump()).dump(2);
}

std::string golden_file(const std::string& name)
{
    std::ifstream file(std::string(SLUICE_SOURCE_DIR) + "/tests/golden/deploy/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Json> documents_of(const std::string& text)
{
    std::vector<Json> documents;
    std::string document;
    for (const std::string& line : split(text + "---", '\n')) {
        if (line != "---") {
            document += line + '\n';
        } else if (!trim(document).empty()) {
            documents.push_back(parse_yaml(document).value());
            document.clear();
        }
    }
    return documents;
}

void expect_golden(const DeployOptions& options, const std::string& name)
{
    const InstallSecrets secrets{
        .postgres_password = "database-password",
        .api_key = "sluice_key",
        .minio_user = "minio-user",
        .minio_password = "minio-password"};
    ASSERT_TRUE(check_options(options)) << check_options(options).error().detail;
    const std::vector<Json> made = manifests(options, &secrets);
    const std::vector<Json> wanted = documents_of(golden_file(name));
    ASSERT_EQ(made.size(), wanted.size()) << name;
    for (std::size_t i = 0; i < made.size(); ++i)
        EXPECT_EQ(sorted(made[i]), sorted(wanted[i])) << name << ", object " << i;
}

DeployOptions options_for(Purpose purpose)
{
    DeployOptions options = default_options(purpose);
    options.image = "registry.example/sluice:1.2.3";
    return options;
}

DeployOptions options_with_everything()
{
    DeployOptions options = options_for(Purpose::production);
    options.with_minio = true;
    options.name_space = "jobs";
    options.image_pull_policy = "IfNotPresent";
    options.storage_class_name = "fast";
    options.postgres_version = "16.4";
    options.postgres_storage = "200Gi";
    options.postgres_memory = "8Gi";
    options.postgres_cpu = "2";
    options.server_replicas = 3;
    options.server_memory = "1Gi";
    options.server_cpu = "2";
    options.server_log_level = "info,net=debug";
    options.minio_storage = "50Gi";
    options.minio_memory = "2Gi";
    options.minio_cpu = "1";
    options.webhook_networks = {"10.1.0.0/16", "10.2.0.0/16"};
    options.bucket_secrets = {"s3", "archive"};
    return options;
}

std::set<std::string> names_of(const std::vector<Json>& objects)
{
    std::set<std::string> names;
    for (const Json& object : objects)
        names.insert(
            to_lower(object["kind"].get<std::string>()) + '/' +
            object["metadata"]["name"].get<std::string>()
        );
    return names;
}

std::string refusal_of(const DeployOptions& options)
{
    const Result<void> checked = check_options(options);
    return checked ? "" : checked.error().detail;
}

} // namespace

TEST(Manifests, for_production_are_as_written_down)
{
    expect_golden(options_for(Purpose::production), "production.yaml");
}

TEST(Manifests, for_development_are_small)
{
    DeployOptions options = options_for(Purpose::development);
    options.with_minio = true;
    expect_golden(options, "development.yaml");
}

TEST(Manifests, of_a_database_that_exists_deploy_none)
{
    DeployOptions options = options_for(Purpose::production);
    options.postgres_url = "postgresql://me:word@db.example/jobs";
    options.bucket_secrets.clear();
    expect_golden(options, "postgres-url.yaml");
}

TEST(Manifests, have_what_every_flag_says)
{
    expect_golden(options_with_everything(), "with-minio.yaml");
}

TEST(Manifests, hold_secret_values_in_secrets_alone)
{
    DeployOptions options = options_with_everything();
    options.postgres_url = "postgresql://me:word@db.example/jobs";
    SeededRandom random(1);
    const InstallSecrets secrets = make_secrets(random);

    for (const Json& object : manifests(options, &secrets)) {
        const std::string text = object.dump();
        for (const std::string& value :
             {options.postgres_url, secrets.api_key, secrets.postgres_password, secrets.minio_user,
              secrets.minio_password})
            EXPECT_EQ(text.find(value), std::string::npos) << text;
    }
    const std::vector<Json> without = manifests(options, nullptr);
    EXPECT_EQ(names_of(without).count("secret/sluice"), 0u);
    EXPECT_EQ(names_of(without).count("secret/s3"), 0u);
}

TEST(Manifests, are_read_back_from_their_text)
{
    const InstallSecrets secrets;
    const std::vector<Json> made = manifests(options_with_everything(), &secrets);
    const std::vector<Json> read = documents_of(to_yaml_documents(made));

    ASSERT_EQ(read.size(), made.size());
    for (std::size_t i = 0; i < made.size(); ++i)
        EXPECT_EQ(dump_json(read[i]), dump_json(made[i]));
}

TEST(Role, is_what_the_client_calls_and_no_more)
{
    std::multiset<std::string> allowed;
    for (const Json& rule : role_rules({"s3"}))
        for (const Json& group : rule["apiGroups"])
            for (const Json& resource : rule["resources"])
                for (const Json& verb : rule["verbs"])
                    allowed.insert(
                        group.get<std::string>() + '/' + resource.get<std::string>() + '/' +
                        verb.get<std::string>() + (rule.contains("resourceNames") ? "/named" : "")
                    );
    std::multiset<std::string> called;
    for (const KubeCall& call : kube_calls())
        called.insert(
            std::string(call.group) + '/' + std::string(call.resource) + '/' +
            std::string(call.verb) + (call.by_name ? "/named" : "")
        );
    EXPECT_EQ(allowed, called);
}

TEST(Role, reads_no_secret_when_none_is_named)
{
    for (const Json& rule : role_rules({})) {
        EXPECT_FALSE(rule.contains("resourceNames"));
        if (rule["resources"][0] == "secrets") {
            EXPECT_EQ(rule["verbs"], Json::array({"create"}));
        }
    }
}

TEST(Undeploy, removes_what_any_deploy_makes_and_nothing_else)
{
    const InstallSecrets secrets;
    std::set<std::string> made;
    for (const DeployOptions& options :
         {options_with_everything(), options_for(Purpose::development)})
        made.merge(names_of(manifests(options, &secrets)));
    const std::vector<std::string> removed = to_be_removed(Removal::everything);

    EXPECT_EQ(std::set<std::string>(removed.begin(), removed.end()), made);
}

TEST(Undeploy, leaves_volumes_and_secrets_unless_everything_is_to_go)
{
    std::set<std::string> left;
    const std::vector<std::string> programs = to_be_removed(Removal::programs);
    for (const std::string& name : to_be_removed(Removal::everything))
        if (std::find(programs.begin(), programs.end(), name) == programs.end())
            left.insert(name);

    const std::set<std::string> kept = {
        "persistentvolumeclaim/sluice-minio", "persistentvolumeclaim/sluice-postgres", "secret/s3",
        "secret/sluice"};
    EXPECT_EQ(left, kept);
}

TEST(DeployOptions, that_kubernetes_would_refuse_are_named_by_their_flag)
{
    const auto refused = [](auto change) {
        DeployOptions options = options_for(Purpose::production);
        change(options);
        return refusal_of(options);
    };
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.postgres_storage = "much"; }),
        "--postgres-storage 'much': must be a quantity above zero, for instance 10Gi or 500m"
    );
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.name_space = "My_Jobs"; }),
        "--namespace 'My_Jobs': must be lower-case letters, digits and '-', at most 63"
    );
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.server_replicas = 0; }),
        "--server-replicas '0': must be from 1 to 100"
    );
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.webhook_networks = {"10.1.0.0/99"}; }),
        "--webhook-allow '10.1.0.0/99': must be a network, for instance 10.1.0.0/16"
    );
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.postgres_version = "latest"; }),
        "--postgres-version 'latest': must be a version, for instance 15"
    );
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.postgres_version = "15@sha256:0"; }),
        "--postgres-version '15@sha256:0': must be a version, for instance 15"
    );
    EXPECT_EQ(refused([](DeployOptions& options) { options.postgres_version = "15.4-a_b"; }), "");
    EXPECT_EQ(
        refused([](DeployOptions& options) { options.storage_class_name = "Fast Disks"; }),
        "--storage-class-name 'Fast Disks': must be lower-case letters, digits, '-' and '.'"
    );
    EXPECT_EQ(refused([](DeployOptions& options) { options.storage_class_name = "ssd.b-1"; }), "");
}

TEST(DeployOptions, a_url_that_is_refused_is_not_told)
{
    DeployOptions options = options_for(Purpose::production);
    options.postgres_url = "mysql://me:word@db";
    EXPECT_EQ(refusal_of(options), "--postgres-url: must be a URL 'postgresql://…'");
}

} // namespace sluice::kube::manifests_test
