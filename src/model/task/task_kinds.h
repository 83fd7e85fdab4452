// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/kinds.h"

#include <chrono>
#include <string>

namespace sluice {

// Kinds of the task service's documents.

// An object of which only the described members are looked at: older clients send others.
template <class T>
struct OpenObjectKind {
    void read(const Value& value, T& out) const
    {
        ObjectReader reader(value);
        describe(reader, out);
    }

    Json schema() const
    {
        SchemaWriter writer;
        T none{};
        describe(writer, none);
        Json schema = writer.finish();
        schema.erase("additionalProperties");
        return schema;
    }
};

// Text that is not blank, of so many bytes at most.
struct NameKind {
    std::size_t bytes_max;

    void read(const Value& value, std::string& out) const;
    Json schema() const;
};

// A UUID in its usual form, kept in lower case.
struct UuidKind {
    void read(const Value& value, std::string& out) const;
    Json schema() const;
};

// RFC 3339 with any offset.
struct TimeKind {
    void read(const Value& value, Time& out) const;
    Json schema() const;
};

// A whole number of seconds.
struct SecondsBetweenKind {
    std::int64_t min;
    std::int64_t max;

    void read(const Value& value, std::chrono::seconds& out) const;
    Json schema() const { return IntegerKind{min, max}.schema(); }
};

// Any JSON, of so many bytes at most when it is written without spaces.
struct AnyJsonKind {
    std::size_t bytes_max;

    void read(const Value& value, Json& out) const;
    Json schema() const { return Json::object(); } // anything
};

} // namespace sluice
