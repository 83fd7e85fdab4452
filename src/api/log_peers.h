// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "exec/attempt_log.h"
#include "net/http_client.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class Engine;

// A part of a log: about so many bytes of records from `offset` on.
struct LogPiece {
    std::uint64_t offset = 0;
    std::size_t bytes_max = 0;
};

// The other servers of this database, for logs that lie there: a worker sends a log to one server,
// and whoever reads it may ask another one. They are the living workers with an address. They are
// asked for what lies with them, so a question is never passed on, and with a token that is good
// for that one log. Lives on the loop; the engine outlives it.
class LogPeers {
public:
    struct Options {
        std::string own_address; // of this server, as the others know it; empty: it has no peers
        std::chrono::milliseconds memory{5'000}; // of who lives, and of who did not answer
        std::chrono::milliseconds connect_time{1'000};
        std::chrono::milliseconds answer_time{5'000};
    };

    LogPeers(asio::any_io_executor executor, Engine& engine, Options options, Log log);

    // False: this server stands alone.
    bool has_any() const { return !options_.own_address.empty(); }

    struct Name {
        std::string datum; // UUID
        int attempt = 1;
    };
    struct Copy {
        std::string peer; // its address; empty: here
        LogExtent extent;
    };
    // The copy that goes furthest, `here` when none goes further. Who does not answer has none.
    Async<Copy> longest(Name name, LogExtent here);

    // As read_attempt_log(), of the copy of that peer. Errors: unavailable and the like.
    struct Answer {
        LogPage page;
        LogExtent extent;
    };
    Async<Result<Answer>> read(std::string peer, Name name, LogPiece piece);

private:
    using Clock = std::chrono::steady_clock;

    Async<void> look_for_peers();

    Engine& engine_;
    Options options_;
    Log log_;
    HttpClient client_;
    std::vector<std::string> peers_;
    Clock::time_point look_at_{};
    std::map<std::string, Clock::time_point> silent_until_;
};

// What a server shows when it asks another one for the log of a datum, instead of an API key.
std::string make_peer_token(std::string_view secret, std::string_view datum);
bool is_peer_token(std::string_view token, std::string_view secret, std::string_view datum);

// Of the answer of GET /datums/{id}/log_records, beside the records.
inline constexpr std::string_view log_next_header = "Sluice-Log-Next";
inline constexpr std::string_view log_end_header = "Sluice-Log-End";
inline constexpr std::string_view log_complete_header = "Sluice-Log-Complete"; // true, false

} // namespace sluice
