// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/deploy/manifests.h"

#include <string>
#include <string_view>
#include <vector>

// What a deploy finds when there has been one before. Objects are as kubectl prints them; null: not
// there.
namespace sluice::kube {

// A deploy has made it, this program's or Helm's.
bool is_ours(const Json& object);

// The value of a Secret; empty: it has no such key, or it is no text in base64.
std::string secret_value(const Json& secret, std::string_view key);

// The secrets of an installation: what its Secrets hold, the URL of a database that is the user's
// included, and new ones for what is not there.
// `minio` null: none, or it is not asked for. Errors (conflict): a Secret of that name is somebody
// else's.
Result<InstallSecrets> kept_secrets(const Json& own, const Json& minio, Random& random);

// The database that the Secret `sluice` leads to, whoever made it, when it is not the deployed one;
// else empty.
std::string database_elsewhere(const Json& own);

// Errors (conflict): the volume was written by another major version of PostgreSQL.
Result<void> check_volume(const Json& claim, const DeployOptions& options);

// "kind/name" of those that are ours, in the order of `names`. `listed` is what `kubectl get -o
// json` prints for several names: nothing, an object or a list of them. Errors: corrupt.
Result<std::vector<std::string>>
ours_among(const std::vector<std::string>& names, std::string_view listed);

} // namespace sluice::kube
