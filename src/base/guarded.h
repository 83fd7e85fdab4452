// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <type_traits>
#include <utility>

namespace sluice {

// Data that can be touched only under its lock, by code that cannot suspend.
template <class T>
class Guarded {
public:
    template <class... Args>
    explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...)
    {}

    template <class Body>
    auto with(Body&& body)
    {
        using Out = std::invoke_result_t<Body&, T&>;
        static_assert(!std::is_reference_v<Out>, "the guarded value must not escape");
        std::lock_guard lock(mutex_);
        return body(value_);
    }

private:
    std::mutex mutex_;
    T value_;
};

} // namespace sluice
