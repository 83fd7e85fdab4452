// SPDX-License-Identifier: Apache-2.0
#include "workflows/call_error.h"

#include "base/enum_names.h"

#include <utility>

namespace sluice {

namespace {

using Kind = CallError::Kind;

constexpr EnumNames<Kind, 8> kind_names{
    {{Kind::invalid, "invalid"},
     {Kind::not_found, "not_found"},
     {Kind::conflict, "conflict"},
     {Kind::unavailable, "unavailable"},
     {Kind::overloaded, "overloaded"},
     {Kind::closed, "closed"},
     {Kind::forked, "forked"},
     {Kind::broken, "broken"}}};

Kind kind_of(Errc code)
{
    switch (code) {
    case Errc::invalid:
        return Kind::invalid;
    case Errc::not_found:
        return Kind::not_found;
    case Errc::conflict:
        return Kind::conflict;
    case Errc::unavailable:
    case Errc::timed_out:
        return Kind::unavailable;
    case Errc::overloaded:
        return Kind::overloaded;
    case Errc::unauthorized:
    case Errc::corrupt:
        break;
    }
    return Kind::broken;
}

} // namespace

std::string_view name(CallError::Kind kind)
{
    return kind_names.name(kind);
}

CallError to_call_error(Error error)
{
    return {.kind = kind_of(error.code), .text = std::move(error.detail)};
}

void throw_exception_from_error(const CallError& error, const boost::source_location&)
{
    throw UncheckedError({Errc::invalid, error.text});
}

} // namespace sluice
