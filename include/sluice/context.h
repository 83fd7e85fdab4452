// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/context_codec.h"
#include "sluice/export.h"
#include "sluice/workflow_error.h"

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice::workflows {

// A JSON object: what a run is given, what flows from task to task, and what comes out.
//
//     Context context({{"customer", 7}, {"tags", Json::array({"a"})}});
//     context.set("total", 12.5);
//     const int customer = context.require<int>("customer");
//
// A Json is made before a context sees it: by then NaN has thrown std::invalid_argument, and bytes
// that are not UTF-8 are U+FFFD. Values of C++, which a ContextCodec turns, are checked here.
//
// A value: copies share what they hold until one of them changes. One object is for one thread at a
// time, copies of it are apart. Members keep the order in which they came. Integers that fit 64
// bits stay exact. How large one may be is RunnerOptions::context_bytes_max, which is asked of the
// initial context and of each task's output; values may be nested up to 100 deep.
class SLUICE_API Context {
public:
    Context() noexcept = default;

    // One member as it is written: {"total", 12.5}. ContextError as for set().
    struct Member {
        template <class T>
        requires ContextInput<std::decay_t<const T&>>
        Member(std::string_view key_given, const T& value_given)
            : key(key_given), value(written(key_given, value_given))
        {}
        Member(std::string_view key_given, Json value_given)
            : key(key_given), value(std::move(value_given))
        {}

        std::string key;
        Json value;
    };

    // As written; the later of two members with one key wins. ContextError as for set().
    Context(std::initializer_list<Member> members);

    // ContextError: not JSON, no object, a key twice, an integer beyond 64 bits, too deep.
    static Context from_json(std::string_view object);

    // On one line. `{}` for the empty one.
    std::string to_json() const;

    bool empty() const noexcept;
    std::size_t size() const noexcept;
    bool contains(std::string_view key) const;
    std::vector<std::string> keys() const; // in their order

    // The value, or nothing when there is none (a null is a value). ContextError when it is of
    // another type, with the key, what was wanted and what was found.
    template <class T>
    std::optional<T> get(std::string_view key) const
    {
        static_assert(ContextOutput<T>, "no ContextCodec reads this type: see context_codec.h");
        const Json* const value = find(key);
        if (!value)
            return std::nullopt;
        return read<T>(key, *value);
    }

    // The value. ContextError as for get, and when there is none.
    template <class T>
    T require(std::string_view key) const
    {
        static_assert(ContextOutput<T>, "no ContextCodec reads this type: see context_codec.h");
        const Json* const value = find(key);
        if (!value)
            throw missing(key, ContextCodec<T>::name());
        return read<T>(key, *value);
    }

    // Puts the value there, over whatever there was. ContextError for what JSON cannot say, as NaN
    // or text that is not UTF-8, with the way to it ("a.b[2]"); nothing has changed then.
    template <class T>
    void set(std::string_view key, const T& value)
    {
        put(key, written(key, value), When::always);
    }

    // The same, for a key that is new. ContextError when there is one.
    template <class T>
    void insert(std::string_view key, const T& value)
    {
        put(key, written(key, value), When::absent);
    }

    // The same, for a key that exists. ContextError when there is none.
    template <class T>
    void update(std::string_view key, const T& value)
    {
        put(key, written(key, value), When::present);
    }

    // Takes the member away; false when there was none.
    bool remove(std::string_view key);

    // The same keys with values of the same text, in whatever order.
    bool operator==(const Context& other) const;

private:
    friend struct Inside; // of the library
    struct Members;
    enum class When { always, absent, present };

    const Json* find(std::string_view key) const noexcept;
    void put(std::string_view key, Json value, When when);

    static ContextError missing(std::string_view key, const std::string& wanted);
    static ContextError not_json(std::string_view key, const std::invalid_argument& why);
    static ContextError
    other_type(std::string_view key, const std::string& wanted, const Json& found, const char* why);

    template <class T>
    static T read(std::string_view key, const Json& value)
    {
        try {
            return ContextCodec<T>::from_json(value);
        } catch (const std::invalid_argument& why) {
            throw other_type(key, ContextCodec<T>::name(), value, why.what());
        }
    }

    template <class T>
    static Json written(std::string_view key, const T& value)
    {
        using Given = std::decay_t<const T&>; // a literal is given as const char*
        static_assert(ContextInput<Given>, "no ContextCodec writes this type: see context_codec.h");
        try {
            return ContextCodec<Given>::to_json(value);
        } catch (const std::invalid_argument& why) {
            throw not_json(key, why);
        }
    }

    std::shared_ptr<Members> members_; // none: empty
};

} // namespace sluice::workflows
