// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "async/async.h"
#include "base/log.h"

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

// Opens (creates, migrates) the database. Blocks. The meter, if any, outlives it. Errors: those of
// open_store(), with the URL's password left out.
Result<Database> open_database(
    asio::any_io_executor executor, const Config& config, const LogHub& logs,
    StoreMeter* meter = nullptr
);

// The URL without a password, for messages.
std::string without_password(std::string_view url);

} // namespace sluice
