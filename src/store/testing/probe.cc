// SPDX-License-Identifier: Apache-2.0
#include "store/testing/probe.h"

#include <libpq-fe.h>
#include <sqlite3.h>

#include <stdexcept>

namespace sluice::testing {

namespace {

class SqliteProbe final : public Probe {
public:
    explicit SqliteProbe(const std::string& path)
    {
        if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
            fail(path);
        sqlite3_busy_timeout(database_, 10'000);
    }
    ~SqliteProbe() override { sqlite3_close(database_); }

    std::vector<Row> query(const std::string& sql) override
    {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            fail(sql);
        std::vector<Row> rows;
        int code = 0;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            Row& row = rows.emplace_back();
            for (int i = 0; i < sqlite3_column_count(statement); ++i) {
                const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
                row.emplace_back(text ? text : "NULL");
            }
        }
        sqlite3_finalize(statement);
        if (code != SQLITE_DONE)
            fail(sql);
        return rows;
    }

private:
    [[noreturn]] void fail(const std::string& doing)
    {
        throw std::runtime_error(doing + ": " + sqlite3_errmsg(database_));
    }

    sqlite3* database_ = nullptr;
};

class PostgresProbe final : public Probe {
public:
    explicit PostgresProbe(const std::string& url) : connection_(PQconnectdb(url.c_str()))
    {
        if (PQstatus(connection_) != CONNECTION_OK)
            fail("connect");
    }
    ~PostgresProbe() override { PQfinish(connection_); }

    std::vector<Row> query(const std::string& sql) override
    {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(
            PQexec(connection_, sql.c_str()), PQclear
        );
        const ExecStatusType status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            fail(sql);
        std::vector<Row> rows;
        for (int i = 0; i < PQntuples(result.get()); ++i) {
            Row& row = rows.emplace_back();
            for (int j = 0; j < PQnfields(result.get()); ++j)
                row.emplace_back(
                    PQgetisnull(result.get(), i, j) ? "NULL" : PQgetvalue(result.get(), i, j)
                );
        }
        return rows;
    }

private:
    [[noreturn]] void fail(const std::string& doing)
    {
        throw std::runtime_error(doing + ": " + PQerrorMessage(connection_));
    }

    PGconn* connection_;
};

} // namespace

std::string Probe::value(const std::string& sql)
{
    const std::vector<Row> rows = query(sql);
    return rows.empty() ? "" : rows.front().front();
}

std::unique_ptr<Probe> make_sqlite_probe(const std::string& path)
{
    return std::make_unique<SqliteProbe>(path);
}

std::unique_ptr<Probe> make_postgres_probe(const std::string& url)
{
    return std::make_unique<PostgresProbe>(url);
}

} // namespace sluice::testing
