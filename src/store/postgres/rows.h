// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "store/postgres/connect.h"

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace sluice::postgres {

// One row of a binary result; columns are read from left to right. NULL reads as the empty value:
// 0, "", none.
class Row {
public:
    Row(const PGresult& result, int row) : result_(&result), row_(row) {}

    template <class... Members>
    void into(Members&... members)
    {
        (read(members), ...);
    }

private:
    bool is_null() const { return PQgetisnull(result_, row_, column_) != 0; }
    std::int64_t next_integer(); // of 1, 2, 4 or 8 bytes; moves on
    Time next_time();

    void read(bool& value) { value = next_integer() != 0; }
    void read(std::int32_t& value) { value = static_cast<std::int32_t>(next_integer()); }
    void read(std::int64_t& value) { value = next_integer(); }
    void read(Micros& value) { value = Micros{next_integer()}; }
    void read(Time& value) { value = next_time(); }
    void read(std::string& value);
    void read(std::vector<std::int64_t>& values);
    template <class Tag>
    void read(Id<Tag>& id)
    {
        id.value = next_integer();
    }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void read(Enum& value) { value = static_cast<Enum>(next_integer()); }
    template <class T>
    void read(std::optional<T>& value)
    {
        if (is_null())
            ++column_, value.reset();
        else
            read(value.emplace());
    }

    const PGresult* result_;
    int row_;
    int column_ = 0;
};

// What a statement has returned.
class Rows {
public:
    Rows() = default;
    explicit Rows(Answer answer) : answer_(std::move(answer)) {}

    explicit operator bool() const { return answer_ != nullptr; }
    int size() const { return answer_ ? PQntuples(answer_.get()) : 0; }
    Row at(int row) const { return Row(*answer_, row); }
    std::string_view command() const { return PQcmdStatus(answer_.get()); } // "COMMIT"

    template <class Value>
    std::vector<Value> all(Value (*read)(Row&)) const
    {
        std::vector<Value> values;
        values.reserve(static_cast<std::size_t>(size()));
        for (int i = 0; i < size(); ++i) {
            Row row = at(i);
            values.push_back(read(row));
        }
        return values;
    }

    template <class Value>
    std::optional<Value> first(Value (*read)(Row&)) const
    {
        if (size() == 0)
            return std::nullopt;
        Row row = at(0);
        return read(row);
    }

    // The first column of all rows.
    template <class Value>
    std::vector<Value> column() const
    {
        return all<Value>([](Row& row) {
            Value value;
            row.into(value);
            return value;
        });
    }

    template <class Value>
    std::optional<Value> value() const
    {
        return first<Value>([](Row& row) {
            Value value;
            row.into(value);
            return value;
        });
    }

private:
    Answer answer_;
};

} // namespace sluice::postgres
