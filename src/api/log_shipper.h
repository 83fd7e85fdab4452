// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/client.h"
#include "base/log.h"
#include "batch/attempt_logs.h"
#include "batch/datum_channel.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace sluice {

// Sends the log of one attempt to the server, piece by piece while the command runs. A piece may
// reach another replica than the one before: that says how far its own log goes, and gets what it
// lacks, from the beginning if need be. Lives on the loop; what it is given outlives it.
class LogShipper {
public:
    // `caller` makes a call again and again while it may succeed later.
    LogShipper(
        ApiCaller caller, AttemptLogs& logs, const DatumWork& work, std::string pod_name, Log log
    );

    // Sends the next piece, which may take up to `wait` to come; false: there was none. An error is
    // the end of sending.
    Async<Result<bool>> ship(std::chrono::milliseconds wait);

    bool is_over() const { return over_; } // nothing can be sent any more
    const std::string& path() const { return path_; }

private:
    Async<Result<ApiClient::Answer>> send(std::string bytes);
    Result<bool> go_on_at(const Json& answer);
    Error give_up(Error error);

    ApiCaller caller_;
    AttemptLogs& logs_;
    const DatumWork& work_;
    std::string pod_name_;
    Log log_;
    std::string path_;
    std::uint64_t read_ = 0; // offset in the file
    std::uint64_t sent_ = 0; // of what the server gets; the same until something was cut
    bool restart_ = false;   // the next piece replaces what the server has
    int conflicts_ = 0;      // one after the other
    bool over_ = false;
};

} // namespace sluice
