// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include "base/enum_names.h"

namespace sluice {

namespace {
constexpr EnumNames<Errc, 8> errc_names{
    {{Errc::not_found, "not_found"},
     {Errc::conflict, "conflict"},
     {Errc::invalid, "invalid"},
     {Errc::unauthorized, "unauthorized"},
     {Errc::unavailable, "unavailable"},
     {Errc::timed_out, "timed_out"},
     {Errc::overloaded, "overloaded"},
     {Errc::corrupt, "corrupt"}}};
} // namespace

void throw_exception_from_error(const Error& error, const boost::source_location&)
{
    throw UncheckedError(error);
}

std::string_view name(Errc code)
{
    return errc_names.name(code);
}

bool is_retryable(Errc code)
{
    return code == Errc::unavailable || code == Errc::timed_out || code == Errc::overloaded;
}

Error with_context(std::string_view context, Error error)
{
    error.detail.insert(0, std::string(context) + ": ");
    return error;
}

} // namespace sluice
