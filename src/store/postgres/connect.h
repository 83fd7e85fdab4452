// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "store/failure.h"
#include "store/meter.h"

#include <libpq-fe.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::postgres {

// How to reach the database. What the URL says wins over what we would choose.
struct ConnectSettings {
    std::string url; // anything that libpq takes: postgresql://… or key=value words
    std::chrono::seconds connect_timeout{10};
    std::chrono::seconds statement_timeout{30}; // also the longest wait for a lock
    StoreMeter* meter = nullptr; // hears of round trips; outlives the connection; null: nobody
};

struct CloseConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Handle = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

// A new connection; blocks for at most connect_timeout for each address. Throws StoreFailure: lost
// when the server is away, refused (invalid) when the URL cannot be read.
Handle connect(const ConnectSettings& settings);

// Runs a statement with text parameters and waits for its end; without parameters `sql` may hold
// several. `name` is for messages. Throws StoreFailure.
Answer execute(
    PGconn& connection, std::string_view name, const std::string& sql,
    std::initializer_list<std::string> parameters = {}
);

} // namespace sluice::postgres
