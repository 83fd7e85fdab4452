// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connect.h"

#include "base/fork_guard.h"
#include "store/postgres/errors.h"
#include "store/postgres/schema.h"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace sluice::postgres {

namespace {

// Plans must not depend on what the tables looked like when they were made: the hot ones are empty
// at one moment and hold a million rows at the next. All statements are written for index lookups
// from a list, so that is what the planner is told, once and for all parameter values.
constexpr const char* session_options =
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off "
    "-c enable_mergejoin=off -c enable_bitmapscan=off -c jit=off "
    "-c idle_in_transaction_session_timeout=60s";

// The words of a connection, ours and the user's.
class Parameters {
public:
    explicit Parameters(const ConnectSettings& settings)
    {
        char* reason = nullptr;
        PQconninfoOption* given = PQconninfoParse(settings.url.c_str(), &reason);
        if (!given) {
            const std::string message = reason ? reason : "out of memory";
            PQfreemem(reason);
            StoreFailure failure = lost("postgres url", message);
            throw StoreFailure(
                StoreFailure::Kind::refused, Error{Errc::invalid, failure.error().detail}
            );
        }
        std::string options = fmt::format(
            "{} -c statement_timeout={}s", session_options, settings.statement_timeout.count()
        );
        if (settings.environment)
            words_ = *settings.environment;
        add_defaults(settings);
        for (const PQconninfoOption* option = given; option->keyword; ++option) {
            if (!option->val)
                continue;
            if (std::strcmp(option->keyword, "options") == 0)
                options += fmt::format(" {}", option->val);
            else
                set(option->keyword, option->val);
        }
        PQconninfoFree(given);
        // Last, so that it is what counts, and what RESET comes back to.
        if (!settings.schema.empty())
            options += fmt::format(" -c search_path=\"{}\"", settings.schema);
        set("options", options);
    }

    Handle connect() const
    {
        std::vector<const char*> keys, values;
        for (const auto& [key, value] : words_) {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
        keys.push_back(nullptr);
        values.push_back(nullptr);
        return Handle(PQconnectdbParams(keys.data(), values.data(), 0));
    }

private:
    void add_defaults(const ConnectSettings& settings)
    {
        set("connect_timeout", std::to_string(settings.connect_timeout.count()));
        set("application_name", "sluice");
        set("client_encoding", "UTF8");
        set("gssencmode", "disable"); // asking for it costs 30 ms where Kerberos is half set up
        set("keepalives_idle", "10");
        set("keepalives_interval", "5");
        set("keepalives_count", "3");
        set("tcp_user_timeout", "20000");
    }

    // libpq takes the last of equal words.
    void set(std::string key, std::string value)
    {
        words_.emplace_back(std::move(key), std::move(value));
    }

    Words words_;
};

} // namespace

void CloseConnection::operator()(PGconn* connection) const
{
    if (no_longer_in_children(connection))
        PQfinish(connection);
}

Handle connect(const ConnectSettings& settings)
{
    Handle connection = Parameters(settings).connect();
    if (!connection)
        throw std::bad_alloc();
    // The session ends with the last descriptor of its socket.
    close_in_children(connection.get(), [](const void* object) {
        return PQsocket(static_cast<const PGconn*>(object));
    });
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw lost("connect to postgres", *connection);
    // What the server has to say beside results would go to the standard error output.
    PQsetNoticeReceiver(
        connection.get(), [](void*, const PGresult*) {}, nullptr
    );
    if (!settings.schema.empty() && !settings.schema_may_miss)
        verify_schema(*connection, settings.schema);
    return connection;
}

Words words_of(PGconn& connection)
{
    PQconninfoOption* const options = PQconninfo(&connection);
    if (!options)
        throw std::bad_alloc();
    Words words;
    for (const PQconninfoOption* option = options; option->keyword; ++option)
        if (option->val && std::strcmp(option->keyword, "options") != 0)
            words.emplace_back(option->keyword, option->val);
    PQconninfoFree(options);
    return words;
}

Answer execute(
    PGconn& connection, std::string_view name, const std::string& sql,
    std::initializer_list<std::string> parameters
)
{
    std::vector<const char*> values;
    for (const std::string& parameter : parameters)
        values.push_back(parameter.c_str());
    Answer answer(
        values.empty() ? PQexec(&connection, sql.c_str())
                       : PQexecParams(
                             &connection, sql.c_str(), static_cast<int>(values.size()), nullptr,
                             values.data(), nullptr, nullptr, 0
                         )
    );
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return answer;
    if (!answer || PQstatus(&connection) == CONNECTION_BAD)
        throw lost(name, connection);
    throw failure_of(name, *answer);
}

} // namespace sluice::postgres
