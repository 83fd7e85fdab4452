// SPDX-License-Identifier: Apache-2.0
#include "base/fork_guard.h"
#include "base/os.h"
#include "store/neighbours.h"
#include "store/postgres/migrator.h"
#include "store/postgres/neighbours.h"
#include "store/postgres/schema.h"
#include "store/postgres/session.h"
#include "store/sqlite/neighbours.h"
#include "store/sqlite/session.h"
#include "store/store.h"
#include "store/url.h"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace sluice {

namespace {

// A database that no other process can see.
class Alone final : public Neighbours {
public:
    void listen(OnNews) override {}
    void announce(const Changes&) override {}
    void join(WorkerId) override {}
    void leave(WorkerId) override {}
    std::vector<WorkerId> dead(const std::vector<WorkerId>&) override { return {}; }
};

std::uint64_t uid_secret(Session& session)
{
    const std::optional<std::string> text = session.reads().setting("uid_secret");
    std::uint64_t secret = 0;
    if (text)
        std::from_chars(text->data(), text->data() + text->size(), secret);
    return secret;
}

void read_secrets(Session& session, Store::Parts& parts)
{
    parts.uid_secret = uid_secret(session);
    parts.handle_secret = session.reads().setting("handle_secret").value_or("");
}

void check_is_there(const std::string& path)
{
    std::error_code unseen; // what cannot be looked at is said by SQLite
    if (std::filesystem::exists(path, unseen) || unseen)
        return;
    throw StoreFailure(
        StoreFailure::Kind::broken,
        Error{
            Errc::not_found,
            fmt::format(
                "database '{}' does not exist, and mode=rw does not make it", printable_path(path)
            )}
    );
}

// A program's end must not wait for a database that hangs.
std::shared_ptr<BreakOff> break_off_for(const StoreOptions& options)
{
    return options.is_guest ? std::make_shared<BreakOff>() : nullptr;
}

Store::Parts sqlite_parts(const DatabaseUrl& url, const StoreOptions& options, const Log& log)
{
    const std::string& path = url.target;
    if (url.must_exist && path != ":memory:")
        check_is_there(path);
    Store::Parts parts;
    SqliteOptions session;
    session.path = path;
    session.is_guest = options.is_guest;
    session.observer = options.observer;
    parts.break_off = break_off_for(options);
    session.break_off = parts.break_off;
    parts.writer = make_sqlite_session(session);
    parts.writer->connect();
    read_secrets(*parts.writer, parts);
    if (path == ":memory:") {
        parts.neighbours = std::make_unique<Alone>();
        return parts;
    }
    session.observer = nullptr;
    session.meter = options.meter;
    parts.readers.push_back(make_sqlite_session(session));
    parts.neighbours = make_sqlite_neighbours(path, log);
    return parts;
}

Store::Parts postgres_parts(const DatabaseUrl& url, const StoreOptions& options, const Log& log)
{
    postgres::ConnectSettings settings;
    settings.url = url.target;
    settings.schema = options.schema;
    settings.meter = options.meter;
    if (!settings.schema.empty() && !options.schema_must_exist)
        postgres::make_schema(settings);
    postgres::Handle first;
    if (options.connect_all) {
        first = postgres::connect(settings);
        settings.environment = std::make_shared<const postgres::Words>(postgres::words_of(*first));
    }
    SystemRandom random;
    const SystemClockSource clock;
    const Time now = options.clock ? options.clock->wall() : clock.wall();
    if (const Result<void> migrated = postgres::migrate(settings, now, random); !migrated)
        throw StoreFailure(StoreFailure::Kind::refused, migrated.error());

    Store::Parts parts;
    parts.break_off = break_off_for(options);
    settings.break_off = parts.break_off;
    auto others_wrote = std::make_shared<std::atomic<bool>>(true);
    const auto session = [&](StatementObserver* observer) {
        return std::make_unique<postgres::PostgresSession>(settings, observer, others_wrote);
    };
    parts.writer = session(options.observer);
    parts.writer->connect();
    read_secrets(*parts.writer, parts);
    for (int i = 0; i < options.readers; ++i)
        parts.readers.push_back(session(nullptr));
    parts.probe = session(nullptr); // opens its connection when it is needed first
    parts.neighbours = postgres::make_neighbours(settings, others_wrote, log, std::move(first));
    parts.clock_is_remote = true;
    return parts;
}

// Before anything connects.
Result<void> check_schema(const DatabaseUrl& url, const std::string& schema)
{
    if (schema.empty())
        return {};
    if (Result<void> checked = check_has_schemas(url); !checked)
        return checked;
    return postgres::check_schema_name(schema);
}

void connect_all(Store::Parts& parts)
{
    for (const std::unique_ptr<Session>& reader : parts.readers)
        reader->connect();
    if (parts.probe)
        parts.probe->connect();
}

} // namespace

Result<std::unique_ptr<Store>>
open_store(asio::any_io_executor executor, const StoreOptions& options, Log log)
{
    static const SystemClockSource system_clock;
    const Result<DatabaseUrl> url = parse_database_url(options.url);
    if (!url)
        return url.error();
    if (const Result<void> checked = check_schema(*url, options.schema); !checked)
        return checked.error();
    if (options.is_guest)
        guard_forks();
    for (const std::string& warning : url->warnings)
        log.warn("{}", warning);
    try {
        Store::Parts parts = url->dialect == DatabaseUrl::Dialect::postgres
                                 ? postgres_parts(*url, options, log)
                                 : sqlite_parts(*url, options, log);
        if (options.connect_all)
            connect_all(parts);
        parts.dead_end_cancel = options.dead_end_cancel;
        parts.meter = options.meter;
        return std::make_unique<Store>(
            executor, std::move(parts), options.clock ? *options.clock : system_clock,
            std::move(log)
        );
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
}

} // namespace sluice
