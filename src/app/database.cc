// SPDX-License-Identifier: Apache-2.0
#include "app/database.h"

#include "app/crash_points.h"
#include "app/directories.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

namespace {

// password and sslpassword: libpq takes them in the query, too.
std::string without_secret_fields(std::string url)
{
    for (std::size_t mark = url.find('?'); mark != std::string::npos;
         mark = url.find('&', mark + 1)) {
        const std::size_t end = std::min(url.find('&', mark + 1), url.size());
        const std::size_t equals = url.find('=', mark);
        if (equals < end && std::string_view(url).substr(0, equals).ends_with("password"))
            url.erase(equals + 1, end - equals - 1);
    }
    return url;
}

} // namespace

Database::Database() = default;
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> open_database(
    asio::any_io_executor executor, const Config& config, const LogHub& logs, StoreMeter* meter,
    MissingSchema missing
)
{
    if (const Result<void> made = make_database_folder(config); !made)
        return made.error();
    Result<std::unique_ptr<StatementObserver>> observer = crash_observer_from_environment();
    if (!observer)
        return observer.error();
    StoreOptions options;
    options.url = config.db;
    options.schema = config.schema;
    options.schema_must_exist = missing == MissingSchema::is_refused;
    options.dead_end_cancel = config.dead_end_cancel;
    options.observer = observer->get();
    options.meter = meter;
    Result<std::unique_ptr<Store>> store = open_store(executor, options, logs.component("store"));
    if (!store)
        return with_context("database " + without_password(config.db), store.error());
    Database database;
    database.observer = *std::move(observer);
    database.store = *std::move(store);
    return database;
}

std::string without_password(std::string_view url)
{
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::string_view authority = url.substr(begin, url.find('/', begin) - begin);
    const std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (at == std::string_view::npos || colon == std::string_view::npos || colon > at)
        return without_secret_fields(std::string(url));
    return without_secret_fields(
        std::string(url.substr(0, begin + colon)) + std::string(url.substr(begin + at))
    );
}

} // namespace sluice
