// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"

#include <map>
#include <memory>
#include <string>

namespace sluice {

class Cluster;
class WorkerThreads;

// The bytes of a secret, by key.
using SecretData = std::map<std::string, std::string>;

// Secrets by name, as Kubernetes has them: several keys, each with its bytes. Lives on the loop.
class SecretSource {
public:
    virtual ~SecretSource() = default;

    // All of a secret. Errors: not_found, unauthorized (the text says how it is allowed), invalid
    // (a name that is none), and those of reading.
    virtual Async<Result<SecretData>> read(std::string name) = 0;
};

// Files <directory>/<name>/<key>, as --secrets-dir has them; an empty directory: there are none.
// `threads` outlive it.
std::unique_ptr<SecretSource> make_directory_secrets(WorkerThreads& threads, std::string directory);

// Those of the cluster's namespace. The cluster outlives it.
std::unique_ptr<SecretSource> make_cluster_secrets(Cluster& cluster);

// The file of one key. Blocking. Errors: those of reading, invalid (larger than 1 MiB).
Result<std::string> read_secret_file(const std::string& path);

// Can a secret or a key of that name be a file's name?
bool is_secret_name(const std::string& name);

} // namespace sluice
