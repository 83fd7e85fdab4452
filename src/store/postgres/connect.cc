// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connect.h"

#include "base/fork_guard.h"
#include "store/postgres/errors.h"
#include "store/postgres/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
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

    Handle connect() const { return Handle(call(PQconnectdbParams)); }
    Handle start() const { return Handle(call(PQconnectStartParams)); }

    // Only libpq can leave one that has taken the connection and says nothing.
    bool has_several_hosts() const
    {
        return std::ranges::any_of(words_, [](const auto& word) {
            const bool is_host = word.first == "host" || word.first == "hostaddr";
            return is_host && word.second.find(',') != std::string::npos;
        });
    }

private:
    template <class Function>
    PGconn* call(Function function) const
    {
        std::vector<const char*> keys, values;
        for (const auto& [key, value] : words_) {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
        keys.push_back(nullptr);
        values.push_back(nullptr);
        return function(keys.data(), values.data(), 0);
    }

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

using Steady = std::chrono::steady_clock;

// Of what the connection was told, as libpq reads it; nothing: for ever.
std::optional<std::chrono::seconds> timeout_of(PGconn& connection)
{
    int seconds = 0;
    for (const auto& [key, value] : words_of(connection))
        if (key == "connect_timeout")
            std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (seconds <= 0)
        return std::nullopt;
    return std::chrono::seconds(std::max(seconds, 2));
}

// Until the socket is ready; false: by then it was not.
bool wait_for(
    int socket, int events, std::optional<Steady::time_point> end, const ConnectSettings& settings
)
{
    for (;;) {
        int limit = -1;
        if (end) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end - Steady::now());
            limit = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
        }
        pollfd descriptors[] = {
            {socket, static_cast<short>(events), 0}, {settings.break_off_descriptor(), POLLIN, 0}};
        const int ready = ::poll(descriptors, 2, limit);
        if (settings.is_broken_off())
            throw lost("connect to postgres", not_waited_for);
        if (ready >= 0 || errno != EINTR)
            return ready != 0;
    }
}

// What PQconnectdb() does, in steps that can be broken off: each address has the timeout, and one
// that is silent for longer loses its socket, so that libpq goes on to the next.
void finish_connecting(PGconn& connection, const ConnectSettings& settings)
{
    const auto timeout = timeout_of(connection);
    std::string address;
    std::optional<Steady::time_point> end;
    if (timeout)
        end = Steady::now() + *timeout;
    bool is_late = false;
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    while (step != PGRES_POLLING_OK && step != PGRES_POLLING_FAILED) {
        if (const char* const now = PQhostaddr(&connection); timeout && now && address != now) {
            address = now;
            end = Steady::now() + *timeout;
            is_late = false;
        }
        const int events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_for(PQsocket(&connection), events, end, settings)) {
            if (std::exchange(is_late, true))
                break;
            ::shutdown(PQsocket(&connection), SHUT_RDWR);
        }
        step = PQconnectPoll(&connection);
    }
    if (PQstatus(&connection) != CONNECTION_OK && is_late)
        throw lost("connect to postgres", "the server does not answer");
}

} // namespace

void CloseConnection::operator()(PGconn* connection) const
{
    if (no_longer_in_children(connection))
        PQfinish(connection);
}

Handle connect(const ConnectSettings& settings)
{
    const Parameters parameters(settings);
    const bool is_in_steps = settings.break_off && !parameters.has_several_hosts();
    Handle connection = is_in_steps ? parameters.start() : parameters.connect();
    if (!connection)
        throw std::bad_alloc();
    // The session ends with the last descriptor of its socket.
    close_in_children(connection.get(), [](const void* object) {
        return PQsocket(static_cast<const PGconn*>(object));
    });
    if (is_in_steps && PQstatus(connection.get()) != CONNECTION_BAD)
        finish_connecting(*connection, settings);
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw lost("connect to postgres", *connection);
    // What the server has to say beside results would go to the standard error output.
    PQsetNoticeReceiver(
        connection.get(), [](void*, const PGresult*) {}, nullptr
    );
    if (!settings.schema.empty() && !settings.schema_may_miss)
        verify_schema(*connection, settings.schema, settings.break_off.get());
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

namespace {

Answer ask(PGconn& connection, const std::string& sql, const std::vector<const char*>& values)
{
    return Answer(
        values.empty() ? PQexec(&connection, sql.c_str())
                       : PQexecParams(
                             &connection, sql.c_str(), static_cast<int>(values.size()), nullptr,
                             values.data(), nullptr, nullptr, 0
                         )
    );
}

// A healthy server has answered by then: what was sent last still arrives.
constexpr std::chrono::duration<int, std::milli> patience_after_break_off{500};

void wait_for_answer(PGconn& connection, std::string_view name, const BreakOff& break_off)
{
    while (PQisBusy(&connection)) {
        const int unsent = PQflush(&connection);
        if (unsent < 0)
            throw lost(name, connection);
        const int events = unsent ? POLLIN | POLLOUT : POLLIN;
        pollfd descriptors[] = {
            {PQsocket(&connection), static_cast<short>(events), 0},
            {break_off.descriptor(), POLLIN, 0}};
        const bool is_last = break_off.is_given();
        const int ready = is_last ? ::poll(descriptors, 1, patience_after_break_off.count())
                                  : ::poll(descriptors, 2, -1);
        if (is_last && ready == 0)
            throw lost(name, not_waited_for);
        if (ready > 0 && PQconsumeInput(&connection) != 1)
            throw lost(name, connection);
    }
}

// As PQexec(), which waits for as long as it takes.
Answer ask_until(
    PGconn& connection, std::string_view name, const std::string& sql,
    const std::vector<const char*>& values, const BreakOff& break_off
)
{
    PQsetnonblocking(&connection, 1);
    const int is_sent = values.empty()
                            ? PQsendQuery(&connection, sql.c_str())
                            : PQsendQueryParams(
                                  &connection, sql.c_str(), static_cast<int>(values.size()),
                                  nullptr, values.data(), nullptr, nullptr, 0
                              );
    if (is_sent != 1)
        throw lost(name, connection);
    Answer last;
    for (;;) {
        wait_for_answer(connection, name, break_off);
        Answer next(PQgetResult(&connection));
        if (!next)
            return last;
        last = std::move(next);
    }
}

} // namespace

Answer execute(
    PGconn& connection, std::string_view name, const std::string& sql,
    std::initializer_list<std::string> parameters, const BreakOff* break_off
)
{
    std::vector<const char*> values;
    for (const std::string& parameter : parameters)
        values.push_back(parameter.c_str());
    Answer answer = break_off ? ask_until(connection, name, sql, values, *break_off)
                              : ask(connection, sql, values);
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return answer;
    if (!answer || PQstatus(&connection) == CONNECTION_BAD)
        throw lost(name, connection);
    throw failure_of(name, *answer);
}

} // namespace sluice::postgres
