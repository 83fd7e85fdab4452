// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// One thing that is wrong with a document of a user.
struct Problem {
    std::string path;    // "transform.cmd[2]"; empty for the document itself
    std::string message; // lower case, no full stop: what is wrong and what is accepted

    friend bool operator==(const Problem&, const Problem&) = default;
};

// What a user's document says, or everything that is wrong with it.
template <class T>
using Checked = boost::system::result<T, std::vector<Problem>>;

// What `Checked::value()` throws when it holds problems: asking without checking is a bug.
[[noreturn]] void
throw_exception_from_error(const std::vector<Problem>& problems, const boost::source_location&);

// "transform.cmd[2]: must be text, not the number 3".
std::string format_problem(const Problem& problem);

// All problems as one Error (invalid), separated by "; ".
Error to_error(std::span<const Problem> problems);

// Where a value stands. A chain of places on the stack, spelled only when there is a problem, so
// that reading a good document builds no paths. Each place borrows the one before and its key.
class Path {
public:
    Path() = default; // the document itself
    Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key) {}
    Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index) {}

    // "transform.cmd[2]"; keys that are not plain words are quoted: `transform.env["a.b"]`.
    std::string text() const;

private:
    const Path* parent_ = nullptr;
    std::string_view key_;
    std::optional<std::size_t> index_;
};

// Collects problems, so that a user sees all of them at once.
class Problems {
public:
    static constexpr std::size_t count_max = 100; // the rest is only counted

    void add(const Path& path, std::string message);
    void add(Problem problem);
    bool empty() const { return list_.empty(); }
    std::size_t count() const { return list_.size() + left_out_; }

    // The problems in the order of the document; the last one says how many were left out.
    std::vector<Problem> take();

private:
    std::vector<Problem> list_;
    std::size_t left_out_ = 0;
};

// A value of a user's document that is about to be read; borrows everything.
struct Value {
    const Json& json;
    const Path& path;
    Problems& problems;

    void refuse(std::string message) const { problems.add(path, std::move(message)); }

    // "must be <accepted>, not <what it is>".
    void refuse_type(std::string_view accepted) const;
};

// What a value is, for messages: "the number 3", "text 'abc'", "a list", …; long text is cut.
std::string describe_value(const Json& value);

// " (did you mean 'cmd'?)" for the nearest candidate; without one, " (accepted: a, b, c)".
std::string suggest(std::string_view word, std::span<const std::string> candidates);

// What users read about a property; the reader ignores it, the schema is made of it. The last two
// are JSON text: a list of examples, and the value that stands for an absent property.
struct FieldDoc {
    std::string_view title = {};
    std::string_view description = {};
    std::string_view examples = {};
    std::string_view fallback = "null";
};

// Reads the members of an object by name; whatever was not asked for is refused by finish().
//
// A Kind says how one value is read (kinds.h): `void read(const Value&, T&) const` adds problems
// and leaves its target in any state when it does. An optional member that is null is absent.
class ObjectReader {
public:
    explicit ObjectReader(const Value& value);

    template <class T, class Kind>
    void required(std::string_view key, T& out, const Kind& kind, const FieldDoc& = {})
    {
        if (const Json* member = find(key))
            read(*member, key, out, kind);
        else if (value_.json.is_object())
            value_.problems.add(Path(value_.path, key), "is required");
    }

    template <class T, class Kind>
    void optional(std::string_view key, T& out, const Kind& kind, const FieldDoc& = {})
    {
        const Json* member = find(key);
        if (member && !member->is_null())
            read(*member, key, out, kind);
    }

    // The member, known from now on; nullptr when it is absent.
    const Json* find(std::string_view key);

    // Call once after the last member.
    void finish();

private:
    template <class T, class Kind>
    void read(const Json& member, std::string_view key, T& out, const Kind& kind)
    {
        const Path path(value_.path, key);
        kind.read(Value{member, path, value_.problems}, out);
    }

    template <class T, class Kind>
    void read(const Json& member, std::string_view key, std::optional<T>& out, const Kind& kind)
    {
        read(member, key, out.emplace(), kind);
    }

    Value value_;
    std::vector<std::string> known_;
};

} // namespace sluice
