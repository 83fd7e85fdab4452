// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "async/async.h"
#include "base/log.h"

#include <cstdint>
#include <memory>

namespace sluice {

class StatementObserver;
class StoreMeter;
class Store;

// The database of the settings, open. What commands need that do not run jobs.
struct Database {
    Database();
    Database(Database&&) noexcept;
    ~Database();

    std::unique_ptr<StatementObserver> observer; // outlives the store
    std::unique_ptr<Store> store;
};

// A tenant's schema that is missing is made, or it is an error (not_found).
enum class MissingSchema : std::uint8_t { is_made, is_refused };

// Opens (creates, migrates) the database. Blocks. The meter, if any, outlives it. Errors: those of
// open_store(), with the URL's password left out.
Result<Database> open_database(
    asio::any_io_executor executor, const Config& config, const LogHub& logs,
    StoreMeter* meter = nullptr, MissingSchema missing = MissingSchema::is_made
);

// The URL without a password, for messages.
std::string without_password(std::string_view url);

} // namespace sluice
