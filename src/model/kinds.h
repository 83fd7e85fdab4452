// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "model/validation.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// A Kind describes the values of one property once, for both uses: `read` takes a user's value
// (validation.h), `schema` is the same rule as JSON Schema 2020-12. Kinds compose.

// Text without NUL bytes (it ends up in arguments, paths and environments).
struct TextKind {
    std::size_t size_min = 0;

    void read(const Value& value, std::string& out) const;
    Json schema() const;
};

struct IntegerKind {
    std::int64_t min = INT64_MIN;
    std::int64_t max = INT64_MAX;

    void read(const Value& value, std::int64_t& out) const;
    Json schema() const;
};

struct FlagKind {
    void read(const Value& value, bool& out) const;
    Json schema() const;
};

// Any object, kept as it is.
struct AnyObjectKind {
    void read(const Value& value, Json& out) const;
    Json schema() const;
};

// A duration (duration.h), or a whole number of seconds; more than zero.
struct DurationKind {
    void read(const Value& value, std::chrono::seconds& out) const;
    Json schema() const;
};

// An object whose keys the user chooses and whose values are text. `key_pattern` is for the schema,
// `check_key` for the reader: what is wrong with a key, or nothing.
struct TextMapKind {
    std::string_view key_pattern = {};
    std::optional<std::string> (*check_key)(std::string_view key) = nullptr;

    void read(const Value& value, std::map<std::string, std::string>& out) const;
    Json schema() const;
};

// Text that a function reads: `Result<T> parse(std::string_view)`.
template <class T>
struct ParsedKind {
    Result<T> (*parse)(std::string_view text);
    std::string_view pattern = {}; // what the schema can say about it

    void read(const Value& value, T& out) const
    {
        std::string text;
        const std::size_t before = value.problems.count();
        TextKind{}.read(value, text);
        if (value.problems.count() != before)
            return;
        Result<T> parsed = parse(text);
        if (parsed)
            out = std::move(*parsed);
        else
            value.refuse(parsed.error().detail);
    }

    Json schema() const
    {
        Json schema = TextKind{1}.schema();
        if (!pattern.empty())
            schema["pattern"] = std::string(pattern);
        return schema;
    }
};

// One word of a closed enum.
template <class Enum, std::size_t Size>
struct EnumKind {
    const EnumNames<Enum, Size>& names;

    void read(const Value& value, Enum& out) const
    {
        std::optional<Enum> found;
        if (value.json.is_string())
            found = names.find(value.json.get_ref<const std::string&>());
        if (found) {
            out = *found;
            return;
        }
        std::vector<std::string> words;
        for (const auto& [candidate, word] : names.entries)
            words.emplace_back(word);
        value.refuse_type("one of " + fmt::format("{}", fmt::join(words, ", ")));
    }

    Json schema() const
    {
        Json words = Json::array();
        for (const auto& [candidate, word] : names.entries)
            words.push_back(std::string(word));
        return Json{{"type", "string"}, {"enum", std::move(words)}};
    }
};

template <class Enum, std::size_t Size>
EnumKind(const EnumNames<Enum, Size>&) -> EnumKind<Enum, Size>;

template <class Kind>
struct ListKind {
    Kind item;
    std::size_t size_min = 0;

    template <class T>
    void read(const Value& value, std::vector<T>& out) const
    {
        if (!value.json.is_array())
            return value.refuse_type("a list");
        if (value.json.size() < size_min)
            return value.refuse("must not be empty");
        for (std::size_t i = 0; i < value.json.size(); ++i) {
            const Path path(value.path, i);
            item.read(Value{value.json[i], path, value.problems}, out.emplace_back());
        }
    }

    Json schema() const
    {
        Json schema{{"type", "array"}, {"items", item.schema()}};
        if (size_min > 0)
            schema["minItems"] = size_min;
        return schema;
    }
};

template <class Kind>
ListKind(Kind) -> ListKind<Kind>;
template <class Kind>
ListKind(Kind, int) -> ListKind<Kind>;

// Collects what `describe(visitor, T&)` says about the members of an object into its schema.
class SchemaWriter {
public:
    template <class T, class Kind>
    void required(std::string_view key, T&, const Kind& kind, const FieldDoc& doc)
    {
        required_.push_back(std::string(key));
        add(key, kind.schema(), doc);
    }

    template <class T, class Kind>
    void optional(std::string_view key, T&, const Kind& kind, const FieldDoc& doc)
    {
        Json schema = nullable(kind.schema());
        schema["default"] = parse_json(doc.fallback).value();
        add(key, std::move(schema), doc);
    }

    Json finish();

private:
    static Json nullable(Json schema);
    void add(std::string_view key, Json schema, const FieldDoc& doc);

    Json properties_ = Json::object();
    Json required_ = Json::array();
};

// An object with fixed keys. Its members are described once, by a function template
// `describe(visitor, T&)` beside T, which the ObjectReader and the SchemaWriter both visit.
template <class T>
struct ObjectKind {
    void read(const Value& value, T& out) const
    {
        ObjectReader reader(value);
        describe(reader, out);
        reader.finish();
    }

    Json schema() const
    {
        SchemaWriter writer;
        T none{};
        describe(writer, none);
        return writer.finish();
    }
};

} // namespace sluice
