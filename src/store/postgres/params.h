// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sluice::postgres {

// Bytes that need not be text: a bytea.
struct Bytes {
    std::string_view bytes;
};

// Text with its place in the row, for the message when PostgreSQL cannot hold it.
struct Text {
    std::string_view field;
    std::string_view text;
};

// The parameters of one statement in PostgreSQL's binary format, in the order of their numbers. The
// C++ type decides the SQL type: int64, ids and Micros bigint; int32 int; int16, int8 and enums
// smallint; bool boolean; Time timestamptz; Text text; Bytes bytea; optional of these may be NULL.
// Throws StoreFailure (refused) for text with a NUL or that is not UTF-8, naming its field.
class Params {
public:
    template <class T>
    Params& add(const T& value)
    {
        begin();
        put(value);
        return *this;
    }

    // An array: what `get` (a member or a function) gives for each row.
    template <class Row, class Get>
    Params& array(std::span<const Row> rows, Get get)
    {
        using Value = std::remove_cvref_t<std::invoke_result_t<Get&, const Row&>>;
        begin();
        array_header(Sql<Value>::oid, rows.size());
        for (const Row& row : rows)
            put_element(std::invoke(get, row));
        return *this;
    }

    // The same of text; empty text is NULL in columns where it says nothing.
    enum class Empty : std::uint8_t { stays, is_null };
    template <class Row, class Get>
    Params&
    texts(std::string_view field, std::span<const Row> rows, Get get, Empty empty = Empty::stays)
    {
        begin();
        array_header(text_oid, rows.size());
        for (const Row& row : rows) {
            const std::string_view text = std::invoke(get, row);
            if (text.empty() && empty == Empty::is_null)
                put_null();
            else
                put_element(Text{field, text});
        }
        return *this;
    }

    int size() const { return static_cast<int>(offsets_.size()); }
    // Valid until the object changes.
    std::vector<const char*> values() const;
    std::vector<int> lengths() const;

private:
    static constexpr std::uint32_t text_oid = 25;

    template <class T>
    struct Sql;

    void begin();
    void array_header(std::uint32_t oid, std::size_t count);
    void put_null() { put_big_endian<std::int32_t>(-1); }

    template <class T>
    void put_big_endian(T value)
    {
        auto bits = static_cast<std::make_unsigned_t<T>>(value);
        char bytes[sizeof(T)];
        for (std::size_t i = sizeof(T); i-- > 0; bits >>= 8)
            bytes[i] = static_cast<char>(bits & 0xff);
        data_.append(bytes, sizeof(T));
    }

    void put(bool value) { data_.push_back(value ? 1 : 0); }
    void put(std::int16_t value) { put_big_endian(value); }
    void put(std::int32_t value) { put_big_endian(value); }
    void put(std::int64_t value) { put_big_endian(value); }
    void put(Micros value) { put_big_endian<std::int64_t>(value.count()); }
    void put(Time value);
    void put(Text value);
    void put(Bytes value) { data_.append(value.bytes); }
    template <class Tag>
    void put(Id<Tag> id)
    {
        put_big_endian(id.value);
    }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void put(Enum value) { put_big_endian(static_cast<std::int16_t>(value)); }
    template <class T>
    void put(const std::optional<T>& value)
    {
        if (value)
            put(*value);
        else
            offsets_.back().is_null = true;
    }

    template <class T>
    void put_element(const T& value)
    {
        const std::size_t at = data_.size();
        put_null(); // room for the length
        put(value);
        set_length(at);
    }
    template <class T>
    void put_element(const std::optional<T>& value)
    {
        if (value)
            put_element(*value);
        else
            put_null();
    }
    void set_length(std::size_t at);

    struct Offset {
        std::size_t begin;
        bool is_null;
    };
    std::string data_;
    std::vector<Offset> offsets_;
};

template <>
struct Params::Sql<bool> {
    static constexpr std::uint32_t oid = 16;
};
template <>
struct Params::Sql<std::int16_t> {
    static constexpr std::uint32_t oid = 21;
};
template <>
struct Params::Sql<std::int32_t> {
    static constexpr std::uint32_t oid = 23;
};
template <>
struct Params::Sql<std::int64_t> {
    static constexpr std::uint32_t oid = 20;
};
template <>
struct Params::Sql<Micros> : Params::Sql<std::int64_t> {};
template <>
struct Params::Sql<Time> {
    static constexpr std::uint32_t oid = 1184;
};
template <>
struct Params::Sql<Bytes> {
    static constexpr std::uint32_t oid = 17;
};
template <class Tag>
struct Params::Sql<Id<Tag>> : Params::Sql<std::int64_t> {};
template <class Enum>
requires std::is_enum_v<Enum>
struct Params::Sql<Enum> : Params::Sql<std::int16_t> {
};
template <class T>
struct Params::Sql<std::optional<T>> : Params::Sql<T> {};

} // namespace sluice::postgres
