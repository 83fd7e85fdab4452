// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/store.h"

#include <utility>

namespace sluice {

// Does what `method` of the store does to the target, if there is one.
template <class Request>
Async<Result<Affected>>
apply(Store& store, Result<Target> target, Async<Result<Affected>> (Store::*method)(Request))
{
    if (!target)
        co_return target.error();
    Request request{*std::move(target)};
    co_return co_await (store.*method)(std::move(request));
}

} // namespace sluice
