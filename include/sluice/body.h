// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/context.h"
#include "sluice/coroutine.h"
#include "sluice/task_handle.h"

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace sluice::workflows {

namespace detail {

template <class F>
inline constexpr bool takes_handle = std::is_invocable_v<F&, Context&, TaskHandle&>;

template <class F>
decltype(auto) call(F& function, Context& context, TaskHandle& task)
{
    if constexpr (takes_handle<F>)
        return function(context, task);
    else
        return function(context);
}

template <class F>
using BodyResult =
    decltype(call(std::declval<F&>(), std::declval<Context&>(), std::declval<TaskHandle&>()));

template <class F>
Coro<> keep_result(F& function, Context& context, TaskHandle& task)
{
    Coro<Context> coroutine = call(function, context, task);
    Context output = co_await coroutine;
    context = std::move(output);
}

} // namespace detail

// What a task does. Made of a function that takes `Context&`, or `Context&, TaskHandle&`, and
// returns nothing (what it has changed in place is the output), or a Context (that one is), or a
// Coro<> or Coro<Context> (the same, as a coroutine).
//
// It is called on threads of the Runner, of several runs at once: what it shares it must guard. No
// lock and no connection of ours is held meanwhile. It lives as long as a workflow that has it is
// registered or an attempt runs, so a coroutine may be a lambda with captures. Whatever it throws
// is a failed attempt.
class Body {
public:
    using Function = std::function<void(Context&, TaskHandle&)>;
    using Coroutine = std::function<Coro<>(Context&, TaskHandle&)>;

    template <class F>
    requires(
        !std::same_as<std::remove_cvref_t<F>, Body> &&
        (std::is_invocable_v<std::remove_cvref_t<F>&, Context&> ||
         detail::takes_handle<std::remove_cvref_t<F>>)
    ) Body(F&& function)
    {
        using Kept = std::decay_t<F>;
        using Result = detail::BodyResult<Kept>;
        const auto kept = std::make_shared<Kept>(std::forward<F>(function));
        if constexpr (std::is_void_v<Result>)
            function_ = [kept](Context& context, TaskHandle& task) {
                detail::call(*kept, context, task);
            };
        else if constexpr (std::same_as<Result, Context>)
            function_ = [kept](Context& context, TaskHandle& task) {
                context = detail::call(*kept, context, task);
            };
        else if constexpr (std::same_as<Result, Coro<>>)
            coroutine_ = [kept](Context& context, TaskHandle& task) {
                return detail::call(*kept, context, task);
            };
        else if constexpr (std::same_as<Result, Coro<Context>>)
            coroutine_ = [kept](Context& context, TaskHandle& task) {
                return detail::keep_result(*kept, context, task);
            };
        else
            static_assert(!sizeof(Kept), "a body returns void, Context, Coro<> or Coro<Context>");
    }

    // One of the two is empty.
    const Function& function() const noexcept { return function_; }
    const Coroutine& coroutine() const noexcept { return coroutine_; }

private:
    Function function_;
    Coroutine coroutine_;
};

} // namespace sluice::workflows
