// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace sluice {

namespace asio = boost::asio;

// What a coroutine of ours returns. Read style.md, C1 to C11, before writing one.
template <class T>
using Async = asio::awaitable<T>;

} // namespace sluice
