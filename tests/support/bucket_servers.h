// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <sys/types.h>

namespace sluice::testing {

// A server of tests/support in Python: `program` is a file there that can be run ("scripted_s3",
// "scripted_gcs", "moto_s3"). It prints one line of JSON when it serves, answers each line of its
// standard input by one, and ends when that closes, which happens however this process ends. The
// constructor throws when the server does not come up: such a test fails, it is not skipped.
class BucketServer {
public:
    explicit BucketServer(const std::string& program);
    ~BucketServer();
    BucketServer(const BucketServer&) = delete;
    BucketServer& operator=(const BucketServer&) = delete;

    // What it said at its start: "url", and credentials by their names.
    const nlohmann::ordered_json& about() const { return about_; }
    std::string text(const std::string& name) const { return about_.at(name).get<std::string>(); }

    // Has it do something, {"do": name, …}, and gives back its answer. Throws when it refuses.
    nlohmann::ordered_json ask(const nlohmann::ordered_json& request);

private:
    std::string read_line();
    void end();

    pid_t process_ = -1;
    int to_ = -1;
    int from_ = -1;
    nlohmann::ordered_json about_;
};

} // namespace sluice::testing
