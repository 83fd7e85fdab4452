// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "batch/job_blobs.h"
#include "blob/testing/bucket_fixture.h"

#include <map>
#include <string>
#include <vector>

// For tests: buckets in memory that know who asks, and secrets that a test makes.
namespace sluice::testing {

class FakeSecrets final : public SecretSource {
public:
    explicit FakeSecrets(asio::io_context& loop) : go_(loop.get_executor()) {}

    Async<Result<SecretData>> read(std::string name) override
    {
        ++reads;
        while (hold)
            co_await go_.wait();
        if (error)
            co_return *error;
        const auto found = secrets.find(name);
        if (found == secrets.end())
            co_return Error{Errc::not_found, "there is none"};
        co_return found->second;
    }

    void release()
    {
        hold = false;
        go_.notify();
    }

    std::map<std::string, SecretData> secrets;
    std::optional<Error> error;
    bool hold = false;
    int reads = 0;

private:
    Signal go_;
};

// Buckets of S3 and of Google, one service for each set of credentials.
class FakeBuckets {
public:
    explicit FakeBuckets(asio::io_context& given_loop) : stage(given_loop) {}

    BucketStage stage;

    struct Made {
        std::string scheme;
        std::string key;    // AWS_ACCESS_KEY_ID or GOOGLE_SERVICE_ACCOUNT_KEY; empty: none
        std::string secret; // AWS_SECRET_ACCESS_KEY
        MemoryService* service;
    };
    std::vector<Made> made; // in this order; they live as long as their stores

    // Called with each new service: what is in it.
    std::function<void(MemoryService&)> fill = [](MemoryService& service) { service.buckets["b"]; };

    JobBlobParts parts(SecretSource* secrets, Variables own)
    {
        return {
            .executor = stage.loop.get_executor(),
            .threads = stage.threads,
            .buckets = [this] { return stage.parts(); },
            .own = std::move(own),
            .secrets = secrets,
            .make_s3 = maker("s3", "AWS_ACCESS_KEY_ID"),
            .make_gcs = maker("gs", "GOOGLE_SERVICE_ACCOUNT_KEY")};
    }

    // Who asks by default.
    static Variables server()
    {
        return [](std::string_view name) -> std::optional<std::string> {
            if (name == "AWS_ACCESS_KEY_ID" || name == "GOOGLE_SERVICE_ACCOUNT_KEY")
                return "server";
            return std::nullopt;
        };
    }

private:
    MakeObjectService maker(std::string scheme, std::string key)
    {
        return [this, scheme, key](const BucketParts& parts, const Variables& variables) {
            MemoryService::Options options;
            options.scheme = scheme;
            auto service = std::make_unique<MemoryService>(parts.executor, options);
            fill(*service);
            made.push_back(
                {scheme, variables(key).value_or(""),
                 variables("AWS_SECRET_ACCESS_KEY").value_or(""), service.get()}
            );
            return service;
        };
    }
};

// A pipeline's way to name its credentials.
inline SecretVariable key_from(std::string secret, std::string variable = "AWS_ACCESS_KEY_ID")
{
    SecretVariable made;
    made.name = std::move(secret);
    made.key = "id";
    made.env_var = std::move(variable);
    return made;
}

} // namespace sluice::testing
