// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "sluice/workflow_error.h"
#include "workflows/call_error.h"

#include <type_traits>
#include <utility>

namespace sluice::workflows {

// What an error of a layer below is to a program, where there is no Runner that would be broken: a
// right that the database's user lacks is the fault of who has named that user.
Error::Kind kind_of(Errc code);
Error::Kind kind_of(CallError::Kind kind);

Error to_error(const sluice::Error& error);
Error to_error(const CallError& error);

// The value, or what is wrong as an exception.
template <class T, class Wrong>
T value_or_throw(boost::system::result<T, Wrong> result)
{
    if (!result)
        throw to_error(result.error());
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace sluice::workflows
