// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "blob/bucket_access.h"
#include "blob/testing/bucket_fixture.h"
#include "support/bucket_servers.h"

#include <map>

namespace sluice::testing {

// A Google Cloud Storage that does what a test orders, in its process for all tests of this one,
// and what it takes to ask it. Its clock and ours stand until a test moves them.
class GcsStage {
public:
    explicit GcsStage(asio::io_context& loop) : stage(loop, 8u << 20)
    {
        order({{"do", "start_over"}});
        move_server_clock();
        variables["STORAGE_EMULATOR_HOST"] = server().text("url");
        variables["GOOGLE_SERVICE_ACCOUNT_KEY"] = server().text("key");
    }

    static BucketServer& server()
    {
        static BucketServer one("scripted_gcs");
        return one;
    }

    static Json order(const Json& request) { return server().ask(request); }

    // The next `times` requests of that kind meet the fault; more of its details in `more`.
    static void fault(std::string name, std::string kind, int times = 1, Json more = Json::object())
    {
        more["do"] = "fault";
        more["fault"] = std::move(name);
        more["kind"] = std::move(kind);
        more["times"] = times;
        order(more);
    }

    static Json state() { return order({{"do", "state"}}); }
    static int count(const std::string& kind) { return state()["counts"].value(kind, 0); }
    static std::vector<std::string> keys() { return state()["keys"]; }

    void advance(std::chrono::seconds time)
    {
        stage.clock.time += time;
        move_server_clock();
    }

    void move_server_clock()
    {
        const auto time = stage.clock.time.time_since_epoch();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
        order({{"do", "clock"}, {"seconds", seconds}});
    }

    BucketParts parts(BucketLimits limits = {}) { return stage.parts(limits); }

    Variables settings() const
    {
        return [this](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
    }

    BucketStage stage;
    std::map<std::string, std::string, std::less<>> variables; // the environment
};

} // namespace sluice::testing
