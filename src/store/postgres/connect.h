// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "store/break_off.h"
#include "store/failure.h"
#include "store/meter.h"

#include <libpq-fe.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::postgres {

// Words of libpq and their values.
using Words = std::vector<std::pair<std::string, std::string>>;

// How to reach the database. What the URL says wins over what we would choose.
struct ConnectSettings {
    std::string url;              // anything that libpq takes: postgresql://… or key=value words
    std::string schema;           // the only one that the connection sees; empty: what the URL says
    bool schema_may_miss = false; // it is about to be made: not looked for
    std::shared_ptr<const Words> environment; // in place of libpq's variables; null: those
    std::chrono::seconds connect_timeout{10};
    std::chrono::seconds statement_timeout{30}; // also the longest wait for a lock
    StoreMeter* meter = nullptr; // hears of round trips; outlives the connection; null: nobody
    std::shared_ptr<const BreakOff> break_off; // null: nobody ever gives it

    bool is_broken_off() const { return break_off && break_off->is_given(); }
    int break_off_descriptor() const { return break_off ? break_off->descriptor() : -1; }
};

struct CloseConnection {
    void operator()(PGconn* connection) const; // in a forked child it does nothing
};
struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Handle = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

// A new connection; blocks for at most connect_timeout for each address, or until it is broken off
// (where the settings name several hosts it is not). Throws StoreFailure: lost when the server is
// away, refused (invalid) when the URL cannot be read, broken when the connection does not see the
// schema.
Handle connect(const ConnectSettings& settings);

// What the connection was made with, also from variables of the environment, which a program may
// change later.
Words words_of(PGconn& connection);

// Runs a statement with text parameters and waits for its end, or until it is broken off; without
// parameters `sql` may hold several. `name` is for messages. Throws StoreFailure.
Answer execute(
    PGconn& connection, std::string_view name, const std::string& sql,
    std::initializer_list<std::string> parameters = {}, const BreakOff* break_off = nullptr
);

// Why there is no answer once it is broken off.
inline constexpr std::string_view not_waited_for = "the database is not waited for any more";

} // namespace sluice::postgres
