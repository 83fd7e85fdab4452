// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "store/break_off.h"
#include "store/failure.h"
#include "store/meter.h"
#include "store/session.h"
#include "store/sqlite/open_file.h"
#include "store/statement.h"

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

namespace sluice::sqlite {

// Bytes that are not text: bound and read as a BLOB.
struct Blob {
    std::string_view bytes;
};

// The current row of a statement; columns are read from left to right.
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    template <class T>
    T get();

    template <class T>
    void into(T& value)
    {
        value = get<T>();
    }

private:
    sqlite3_stmt* statement_;
    int column_ = 0;
};

// Reads the next columns into the members, from left to right.
template <class... Members>
void into(Row& row, Members&... members)
{
    (row.into(members), ...);
}

// A prepared statement of a connection. Parameters are bound in the order in which their names
// first appear in the text.
class Prepared {
public:
    Prepared(sqlite3* database, const Statement& statement, StoreMeter* meter);
    ~Prepared();
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

    // Runs it to its end, calling `each_row(Row&)` for each row.
    template <class EachRow, class... Values>
    void rows(EachRow&& each_row, const Values&... values)
    {
        const Timing timing(*this);
        bind_all(values...);
        while (step()) {
            Row row(statement_);
            each_row(row);
        }
    }

    template <class... Values>
    void run(const Values&... values)
    {
        const Timing timing(*this);
        bind_all(values...);
        while (step()) {
        }
    }

private:
    // One run, told to the meter when there is one.
    class Timing {
    public:
        explicit Timing(const Prepared& statement) : statement_(statement)
        {
            if (statement_.meter_)
                begin_ = std::chrono::steady_clock::now();
        }
        ~Timing()
        {
            if (statement_.meter_)
                statement_.tell(std::chrono::steady_clock::now() - begin_);
        }
        Timing(const Timing&) = delete;
        Timing& operator=(const Timing&) = delete;

    private:
        const Prepared& statement_;
        std::chrono::steady_clock::time_point begin_;
    };

    template <class... Values>
    void bind_all(const Values&... values)
    {
        int index = 0;
        (bind(++index, values), ...);
    }

    template <class T>
    void bind(int index, const T& value);

    void bind_null(int index);
    void bind_integer(int index, std::int64_t value);
    void bind_text(int index, std::string_view value);
    void bind_blob(int index, std::string_view value);
    void tell(std::chrono::steady_clock::duration took) const;
    bool step(); // false at the end, after which the statement is reset
    [[noreturn]] void fail(int code);

    sqlite3* database_;
    sqlite3_stmt* statement_ = nullptr;
    std::string_view name_;
    StoreMeter* meter_;
};

// One SQLite connection and its prepared statements; used by one thread.
class Connection {
public:
    // `observer` may be null and must outlive the connection.
    // SQLite itself waits for the locks of other programs for `busy_wait`, or until it is broken
    // off; null: nobody ever does that.
    // A guest sets nothing for all of the process, in which others may use SQLite, too.
    Connection(
        const std::string& path, StatementObserver* observer, std::chrono::milliseconds busy_wait,
        bool is_guest = false, std::shared_ptr<const BreakOff> break_off = nullptr
    );
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Statements that are prepared from now on tell it how long they take; null: nobody.
    void time_statements(StoreMeter* meter) { meter_ = meter; }

    // The statement, prepared at its first use; announced to the observer.
    Prepared& prepared(const Statement& statement);

    // One or more statements without parameters or rows.
    void execute(const std::string& sql);
    void set_busy_wait(std::chrono::milliseconds limit) noexcept;

    bool is_in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }
    // Ends an open transaction without effect; a failure of that has nothing left to undo.
    void rollback() noexcept;

    sqlite3* handle() { return database_; }

private:
    static int wait_for_lock(void* self, int times);

    sqlite3* database_ = nullptr;
    std::shared_ptr<const BreakOff> break_off_;
    std::chrono::milliseconds busy_wait_{0};
    std::chrono::steady_clock::time_point busy_since_;
    std::optional<OpenFile> file_;
    StatementObserver* observer_;
    StoreMeter* meter_ = nullptr;
    std::unordered_map<const char*, std::unique_ptr<Prepared>> statements_;
};

// The failure that a result code of SQLite stands for; one that concerns the whole database names
// its file.
StoreFailure failure_of(sqlite3* database, int code, std::string_view doing);

template <class T>
void Prepared::bind(int index, const T& value)
{
    if constexpr (requires { value.has_value(); }) {
        if (value)
            bind(index, *value);
        else
            bind_null(index);
    } else if constexpr (std::is_same_v<T, Time>) {
        bind_integer(index, to_micros(value));
    } else if constexpr (std::is_same_v<T, Micros>) {
        bind_integer(index, value.count());
    } else if constexpr (std::is_same_v<T, Blob>) {
        bind_blob(index, value.bytes);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        bind_text(index, value);
    } else if constexpr (requires { value.value; }) {
        bind_integer(index, value.value); // an Id
    } else {
        bind_integer(index, static_cast<std::int64_t>(value));
    }
}

template <class T>
T Row::get()
{
    const int column = column_++;
    if constexpr (requires { typename T::value_type; } && !std::is_same_v<T, std::string>) {
        if (sqlite3_column_type(statement_, column) == SQLITE_NULL)
            return std::nullopt;
        --column_;
        return get<typename T::value_type>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        return std::string(
            bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))
        );
    } else if constexpr (std::is_same_v<T, Time>) {
        return from_micros(sqlite3_column_int64(statement_, column));
    } else if constexpr (std::is_same_v<T, Micros>) {
        return Micros{sqlite3_column_int64(statement_, column)};
    } else if constexpr (requires(T id) { id.value; }) {
        return T{sqlite3_column_int64(statement_, column)};
    } else {
        return static_cast<T>(sqlite3_column_int64(statement_, column));
    }
}

} // namespace sluice::sqlite
