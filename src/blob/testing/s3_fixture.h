// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/bucket_access.h"
#include "blob/testing/bucket_fixture.h"
#include "support/bucket_servers.h"

#include <map>

namespace sluice::testing {

// The S3 whose faults tests order; one for the process, and each test starts it over.
inline BucketServer& scripted_s3()
{
    static BucketServer server("scripted_s3");
    return server;
}

// An environment as a map.
using VariableMap = std::map<std::string, std::string, std::less<>>;

inline Variables variables_of(VariableMap values)
{
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto at = values.find(name);
        return at == values.end() ? std::nullopt : std::optional(at->second);
    };
}

// How a server is reached with the keys that it knows.
inline VariableMap variables_for(const BucketServer& server)
{
    return {
        {"AWS_ENDPOINT_URL_S3", server.text("url")},
        {"AWS_REGION", server.text("region")},
        {"AWS_ACCESS_KEY_ID", server.text("access_key")},
        {"AWS_SECRET_ACCESS_KEY", server.text("secret_key")},
        {"AWS_EC2_METADATA_DISABLED", "true"},
    };
}

// The scripted server, at the time of the stage's clock.
class S3Test : public ::testing::Test {
protected:
    S3Test()
    {
        order({{"do", "start_over"}});
        order({{"do", "clock"}, {"at", "2026-01-01T00:00:00+00:00"}});
    }

    Json order(const Json& what) { return scripted_s3().ask(what); }

    // The next `times` requests of that kind meet a fault.
    void fault(std::string what, std::string kind, int times = 1, Json more = Json::object())
    {
        Json ordered{{"do", "fault"}, {"fault", what}, {"kind", kind}, {"times", times}};
        ordered.update(more);
        order(ordered);
    }

    // How many requests of a kind have come.
    int count(const char* kind) { return order({{"do", "counts"}}).value(kind, 0); }

    std::string url(std::string_view path = "") const
    {
        return scripted_s3().text("url") + std::string(path);
    }

    // What no text may hold.
    static std::vector<std::string> secrets()
    {
        const BucketServer& server = scripted_s3();
        return {
            server.text("secret_key"), server.text("access_key"), server.text("web_token"),
            server.text("container_token"), "planted"};
    }

    asio::io_context loop_;
    TempFolder folder_;
    BucketStage stage_{loop_};
};

} // namespace sluice::testing
