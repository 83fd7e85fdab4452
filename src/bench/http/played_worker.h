// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "bench/http/http_fixture.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::bench {

// What the workers of one job share.
struct PlayedJob {
    std::string id;
    std::string egress;        // a URI that ends in '/'
    std::string headers;       // of each request: the job's token, and the protocol
    std::int64_t requests = 0; // that were answered, heartbeats aside
};

// A worker in a pod as the server sees it: the requests of RemoteWorker, without commands and
// files. Answers but those that a worker may get when all is well are errors. Lives on the loop.
class PlayedWorker {
public:
    PlayedWorker(HttpFixture& fixture, Client& client, PlayedJob& job, std::string name)
        : fixture_(fixture), client_(client), job_(job), name_(std::move(name))
    {}

    struct Datum {
        std::string id;
        std::int64_t attempt = 0;
    };
    struct Reserved {
        std::optional<Datum> datum;
        bool job_is_final = false;
        double millis = 0; // that the request has taken
    };
    // Waits for a datum for half a minute.
    Async<Result<Reserved>> reserve();

    // Begins the heartbeat: a long poll on a connection of its own, until the datum is reported.
    Async<Result<void>> begin_heartbeat(const Datum& datum);

    // The log, one output file announced and uploaded, and that the datum is done. Result: the
    // milliseconds that the four requests have taken together.
    Async<Result<double>> report(const Datum& datum);

    Async<Result<void>> give_back(const Datum& datum);

private:
    Async<Result<Json>> ask(std::string_view verb, std::string_view path, std::string body);
    Async<Result<void>> send_log(const Datum& datum);
    Async<Result<void>> send_output(const Datum& datum);
    Json body_of(const Datum& datum) const;

    HttpFixture& fixture_;
    Client& client_;
    PlayedJob& job_;
    std::string name_;
    std::unique_ptr<Client> heartbeat_;
};

} // namespace sluice::bench
