// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/migrator.h"
#include "support/scratch_postgres.h"

#include <stdexcept>

namespace sluice::testing {

// A database with the engine's schema.
class MigratedDatabase : public ScratchDatabase {
public:
    MigratedDatabase() : ScratchDatabase("store_migrated", migrate_url) {}

    postgres::ConnectSettings settings() const
    {
        postgres::ConnectSettings settings;
        settings.url = url();
        return settings;
    }

    // The first value of what `sql` returns, as text; "" for none.
    std::string ask(const std::string& sql) const
    {
        const postgres::Handle connection = postgres::connect(settings());
        const postgres::Answer answer = postgres::execute(*connection, "test", sql);
        return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
    }

private:
    static void migrate_url(const std::string& url)
    {
        SeededRandom random(1);
        postgres::ConnectSettings settings;
        settings.url = url;
        if (const auto migrated = postgres::migrate(settings, Time{}, random); !migrated)
            throw std::runtime_error(migrated.error().detail);
    }
};

} // namespace sluice::testing
