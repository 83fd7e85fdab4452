// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "kube/deploy/deploy_options.h"
#include "kube/meta.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::kube {

// What every object of an installation carries, so that undeploy knows it.
inline constexpr std::string_view part_of_key = "app.kubernetes.io/part-of";
inline constexpr std::string_view part_of_value = "sluice";

// The version of PostgreSQL that a volume was made for: a label of its claim.
inline constexpr std::string_view postgres_version_key = "sluice.dev/postgres-version";

// SHA-256 of the URL of a database that is the user's: an annotation of the server's pods, which a
// deploy with another one replaces so.
inline constexpr const char* database_digest_key = "sluice.dev/database-digest";

// Names of objects, of the keys of our Secret, and of the ports of Services.
inline constexpr const char* server_name = "sluice"; // also of its Secret, account and Role
inline constexpr const char* postgres_name = "sluice-postgres";
inline constexpr const char* minio_name = "sluice-minio";
inline constexpr const char* minio_secret = "s3"; // as pipelines ask for it
inline constexpr const char* api_key_key = "api-key";
inline constexpr const char* database_url_key = "database-url";
inline constexpr const char* postgres_password_key = "postgres-password";
inline constexpr const char* access_key_key = "AWS_ACCESS_KEY_ID";
inline constexpr const char* secret_key_key = "AWS_SECRET_ACCESS_KEY";
inline constexpr const char* endpoint_key = "AWS_ENDPOINT_URL";
inline constexpr int server_port = 8085;
inline constexpr int postgres_port = 5432;
inline constexpr int minio_port = 9000;
inline constexpr int minio_console_port = 9001;

// All objects of an installation, in the order in which they are applied. `secrets` null: the
// Secrets are left out, somebody else makes them. The options have passed check_options().
std::vector<Json> manifests(const DeployOptions& options, const InstallSecrets* secrets);

// Where the PostgreSQL that deploy makes is reached.
std::string deployed_database_url(const InstallSecrets& secrets);

// One stream of YAML, as `kubectl apply -f` reads it.
std::string to_yaml_documents(const std::vector<Json>& objects);

enum class Removal : std::uint8_t {
    programs,   // volumes and Secrets stay: deploying again goes on
    everything, // also what they keep
};

// "kind/name" of whatever any deploy may have made, in the order in which it goes. Who removes them
// looks at their labels first: others may own such a name.
std::vector<std::string> to_be_removed(Removal removal);

// The rules of the server's Role: what kube_calls() has, and no more. The Secrets are those that it
// may read; none: it may read none.
Json role_rules(const std::vector<std::string>& bucket_secrets);

} // namespace sluice::kube
