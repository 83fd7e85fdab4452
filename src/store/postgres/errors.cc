// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/errors.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::postgres {

namespace {

using Kind = StoreFailure::Kind;

struct Entry {
    std::string_view prefix; // a whole code, or the two characters of a class
    Meaning meaning;
};

// The first entry that fits counts.
constexpr Entry table[] = {
    {"40P01", {Kind::again, Errc::unavailable}},  // deadlock
    {"40", {Kind::again, Errc::unavailable}},     // serialisation and other rollbacks
    {"55P03", {Kind::again, Errc::unavailable}},  // lock not available
    {"57014", {Kind::again, Errc::timed_out}},    // statement_timeout, or canceled by an operator
    {"25P02", {Kind::again, Errc::unavailable}},  // an earlier statement of the transaction failed
    {"53200", {Kind::again, Errc::overloaded}},   // out of memory
    {"23505", {Kind::refused, Errc::conflict}},   // a unique key is taken
    {"23", {Kind::refused, Errc::invalid}},       // other constraints
    {"22", {Kind::refused, Errc::invalid}},       // a value that its type cannot hold
    {"54", {Kind::refused, Errc::invalid}},       // a value too large for a row or an index
    {"25006", {Kind::broken, Errc::unavailable}}, // read-only: a standby
    {"53100", {Kind::broken, Errc::unavailable}}, // disk full
    {"58", {Kind::broken, Errc::unavailable}},    // the operating system failed the server
    {"XX001", {Kind::broken, Errc::corrupt}},     // data corrupted
    {"XX002", {Kind::broken, Errc::corrupt}},     // index corrupted
    {"42501", {Kind::broken, Errc::unauthorized}},
    {"42710", {Kind::refused, Errc::conflict}}, // a role of that name exists
    {"42P06", {Kind::refused, Errc::conflict}}, // a schema of that name exists
    {"2BP01", {Kind::refused, Errc::conflict}}, // something else depends on it
    {"42", {Kind::broken, Errc::corrupt}},      // no such table or column: not our schema
    {"3F", {Kind::broken, Errc::invalid}},      // no such schema
    {"08", {Kind::lost, Errc::unavailable}},
    {"53300", {Kind::lost, Errc::overloaded}},  // too many connections
    {"57P", {Kind::lost, Errc::unavailable}},   // shut down, crashed, starting, database dropped
    {"25P03", {Kind::lost, Errc::unavailable}}, // idle in a transaction for too long
    {"26", {Kind::lost, Errc::unavailable}},    // a prepared statement is gone: connect anew
    {"0A", {Kind::lost, Errc::unavailable}},    // a cached plan no longer fits: connect anew
    {"28", {Kind::lost, Errc::unauthorized}},
    {"3D", {Kind::lost, Errc::not_found}}, // no such database
};

std::string one_line(std::string_view text)
{
    std::string line(trim(text));
    std::replace(line.begin(), line.end(), '\n', ' ');
    return printable(line);
}

std::string_view field(const PGresult& result, int code)
{
    const char* text = PQresultErrorField(&result, code);
    return text ? text : "";
}

} // namespace

Meaning meaning_of(std::string_view sqlstate)
{
    for (const Entry& entry : table)
        if (sqlstate.starts_with(entry.prefix))
            return entry.meaning;
    return {Kind::refused, Errc::unavailable};
}

StoreFailure failure_of(std::string_view context, const PGresult& result)
{
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    const Meaning meaning = meaning_of(sqlstate);
    std::string detail =
        fmt::format("{}: {}", context, one_line(field(result, PG_DIAG_MESSAGE_PRIMARY)));
    if (const std::string_view more = field(result, PG_DIAG_MESSAGE_DETAIL); !more.empty())
        detail += fmt::format(" ({})", one_line(more));
    return {meaning.kind, Error{meaning.code, fmt::format("{} [{}]", detail, sqlstate)}};
}

StoreFailure lost(std::string_view context, const PGconn& connection)
{
    return lost(context, PQerrorMessage(&connection));
}

StoreFailure lost(std::string_view context, std::string_view reason)
{
    return {
        StoreFailure::Kind::lost,
        Error{Errc::unavailable, fmt::format("{}: {}", context, one_line(reason))}};
}

} // namespace sluice::postgres
