// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/attempt_log.h"
#include "model/validation.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What workers say to the server: written by RemoteWorker, read by the server. Fields that are not
// known are ignored, so that older and newer workers of one protocol work.

// POST /jobs/{id}/reserve_next_datum and /workers/reserve_next_datum.
struct ReserveRequest {
    std::string pod_name;  // the worker; one name is one worker
    std::string node_name; // its machine
    bool prefetch = false; // a datum beside the one that it holds
    std::chrono::seconds wait{0};
};

// POST /datums/{id}/heartbeat, /give_back and /upload_leave. With `wait` the answer comes when the
// lease is lost, or after that time.
struct LeaseRequest {
    std::string pod_name;
    std::int64_t attempt = 0; // 0: whatever attempt the worker holds
    std::chrono::seconds wait{0};
    std::string reason; // of a give back
};

// PATCH /datums/{id}.
struct DatumReport {
    enum class Status : std::uint8_t { done, error };
    std::string pod_name;
    std::int64_t attempt = 0;
    Status status = Status::done;
    std::string output;
    std::string error_message;
    std::string backtrace;
};

// POST /datums/{id}/output_files.
struct NewOutputs {
    std::string pod_name;
    std::int64_t attempt = 0;
    std::vector<std::string> uris;
};

// PATCH /datums/{id}/output_files.
struct OutputChange {
    enum class Status : std::uint8_t { running, done, error };
    std::string id;
    Status status = Status::running;
};
struct OutputChanges {
    std::string pod_name;
    std::int64_t attempt = 0;
    std::vector<OutputChange> files;
};

Json to_json(const ReserveRequest& request);
Json to_json(const LeaseRequest& request);
Json to_json(const DatumReport& report);
Json to_json(const NewOutputs& outputs);
Json to_json(const OutputChanges& changes);

Checked<ReserveRequest> read_reserve_request(const Json& json);
Checked<LeaseRequest> read_lease_request(const Json& json);
Checked<DatumReport> read_datum_report(const Json& json);
Checked<NewOutputs> read_new_outputs(const Json& json);
Checked<OutputChanges> read_output_changes(const Json& json);

// The body of POST /datums/{id}/logs: chunks as they stand in a log file (exec/attempt_log.h).
std::string format_log_chunks(const std::vector<LogChunk>& chunks);
Result<std::vector<LogChunk>> parse_log_chunks(std::string_view bytes); // errors: invalid

} // namespace sluice
