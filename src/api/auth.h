// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/worker_gate.h"
#include "net/server.h"
#include "store/rows.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

class Store;

// The name of those that come with the token of a handle.
inline constexpr std::string_view handle_caller = "handle";

// Of a job's workers, and of another server that asks for a log.
inline constexpr std::string_view worker_caller = "worker";
inline constexpr std::string_view peer_caller = "server";

// Who is behind a request that came with a good key: what Request::identity holds.
struct Caller {
    std::string name; // of the key
    KeyRole role = KeyRole::read;
    std::optional<RunId> job = {}; // of a worker's token: it works for that one alone
};

// GET and HEAD need read, everything else write, but a DELETE that removes history needs admin: one
// of tasks, batches and groups cancels, and what has ended stays. /drain needs it, too.
KeyRole role_needed(Method method, std::string_view pattern);

// 401, and what the client is to send.
Response refuse_stranger(std::string_view why);

// For those of whom the database could not be asked; the log knows more.
Response refuse_without_look(const Error& error);

// Lets requests in by API key, by the token of a handle for its one task, of a job's workers for
// that job, or of another server for one log. What the database says
// is remembered for a short time, so that a busy client costs no query per request, and while the
// database is away for as long as that lasts. Lives on the loop; the store outlives it.
class Gate {
public:
    enum class WithoutKeys : std::uint8_t { open, closed };

    Gate(Store& store, WithoutKeys without_keys, std::chrono::milliseconds memory);

    void set_without_keys(WithoutKeys policy) { without_keys_ = policy; }

    // For ServerHooks::authenticate: 401, 403 or, when the database is away, 503.
    Async<std::optional<Response>> check(Request& request, const Route& route);

    bool requires_keys() const { return without_keys_ == WithoutKeys::closed || has_keys_; }

    // Are there any keys that are not revoked?
    Async<Result<bool>> has_keys();

private:
    using Clock = std::chrono::steady_clock;
    struct Known {
        std::optional<KeyRow> key;
        Clock::time_point until;
    };

    Async<Result<std::optional<KeyRow>>> find(std::string hash);

    Store& store_;
    WithoutKeys without_keys_;
    std::chrono::milliseconds memory_;
    WorkerGate workers_;
    std::map<std::string, Known> known_;
    bool has_keys_ = false;
    Clock::time_point has_keys_until_{};
};

} // namespace sluice
