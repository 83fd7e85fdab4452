// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schema.h"

#include "base/os.h"
#include "base/text.h"
#include "store/postgres_sql.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::postgres {

namespace {

constexpr std::size_t name_bytes_max = 63; // the server cuts longer ones

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

// Folded, for nobody should have to tell "Public" from "public". No user can be called "none".
bool is_reserved(std::string_view name)
{
    const std::string folded = to_lower(name);
    return folded.starts_with("pg_") || folded == "information_schema" || folded == "public" ||
           folded == "none";
}

Result<void> check_name(std::string_view what, std::string_view name)
{
    const bool is_formed = !name.empty() && is_letter(name.front()) &&
                           std::ranges::all_of(name, is_letter_or_digit) &&
                           name.size() <= name_bytes_max;
    if (!is_formed)
        return Error{
            Errc::invalid,
            fmt::format(
                "{} '{}': up to {} letters, digits and underscores are accepted, and no digit in "
                "front",
                what, printable_path(name), name_bytes_max
            )};
    if (is_reserved(name))
        return Error{Errc::invalid, fmt::format("{} '{}': the name is reserved", what, name)};
    return {};
}

[[noreturn]] void fail(Errc code, std::string detail)
{
    throw StoreFailure(StoreFailure::Kind::broken, Error{code, std::move(detail)});
}

struct Sight {
    std::string search_path;
    std::string schema; // the first of the path that exists and may be used; empty: none
};

Sight sight_of(PGconn& connection, const BreakOff* break_off = nullptr)
{
    const Answer answer = execute(
        connection, sql::read_search_path.name, std::string(sql::read_search_path.text), {},
        break_off
    );
    return {PQgetvalue(answer.get(), 0, 0), PQgetvalue(answer.get(), 0, 1)};
}

// All but whether the schema is there.
void verify_path(const Sight& sight, const std::string& schema)
{
    if (sight.search_path == fmt::format("\"{}\"", schema))
        return;
    fail(
        Errc::invalid,
        fmt::format(
            "schema '{}': the connection has search_path '{}': what stands between us and the "
            "server drops the options of a connection",
            schema, sight.search_path
        )
    );
}

} // namespace

Result<void> check_schema_name(std::string_view name)
{
    return check_name("schema", name);
}

Result<void> check_user_name(std::string_view name)
{
    return check_name("user", name);
}

void verify_schema(PGconn& connection, const std::string& schema, const BreakOff* break_off)
{
    const Sight sight = sight_of(connection, break_off);
    verify_path(sight, schema);
    if (sight.schema != schema)
        fail(
            Errc::not_found,
            fmt::format("schema '{}' does not exist, or this user may not use it", schema)
        );
}

namespace {

void make_missing(PGconn& connection, const std::string& schema)
try {
    execute(connection, "make_schema", "BEGIN");
    // Of two that make it at once, one fails in the server's catalog without this lock.
    execute(
        connection, sql::lock_new_schema.name, std::string(sql::lock_new_schema.text), {schema}
    );
    execute(connection, "make_schema", fmt::format("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema));
    execute(connection, "make_schema", "COMMIT");
} catch (const StoreFailure& failure) {
    if (failure.error().code != Errc::unauthorized)
        throw;
    fail(
        Errc::not_found,
        fmt::format(
            "schema '{}' does not exist, or this user may not use it, and this user may make none",
            schema
        )
    );
}

} // namespace

void make_schema(const ConnectSettings& settings)
{
    ConnectSettings unverified = settings;
    unverified.schema_may_miss = true;
    const Handle connection = connect(unverified);
    const Sight sight = sight_of(*connection);
    verify_path(sight, settings.schema);
    if (sight.schema.empty())
        make_missing(*connection, settings.schema);
    verify_schema(*connection, settings.schema);
}

} // namespace sluice::postgres
