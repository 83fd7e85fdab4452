// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace sluice::testing {

// Asks a database directly, past everything that is under test.
class Probe {
public:
    virtual ~Probe() = default;

    using Row = std::vector<std::string>; // NULL: "NULL"
    virtual std::vector<Row> query(const std::string& sql) = 0;

    // The first value; "" when there is no row.
    std::string value(const std::string& sql);
};

// Both throw std::runtime_error, here and in query().
std::unique_ptr<Probe> make_sqlite_probe(const std::string& path);
std::unique_ptr<Probe> make_postgres_probe(const std::string& url);

} // namespace sluice::testing
