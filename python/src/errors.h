// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.h"
#include "model/validation.h"
#include "workflows/call_error.h"

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice::python {

namespace py = pybind11;

// The two exceptions of the module. All functions here need the GIL.
void add_errors(py::module_& module);

// Sets the exception of an error for Python; nothing is thrown.
void set_error(const CallError& error);
void set_task_stopped();

// Throws it for pybind11. Never while a wait without the GIL is to follow: gil.h says why.
[[noreturn]] void raise(const CallError& error);
[[noreturn]] void raise_invalid(std::vector<std::string> problems);
[[noreturn]] void raise_invalid(std::span<const Problem> problems);
[[noreturn]] void raise_task_stopped();
[[noreturn]] void raise_value_error(const std::string& text);

// What is set for Python, now.
[[noreturn]] void raise_what_is_set();

// An error of a store, or of a model.
CallError call_error(Error error);

// The value, or what is wrong as an exception.
template <class T>
T value_of(CallResult<T> result)
{
    if (!result)
        raise(result.error());
    return *std::move(result);
}

template <class T>
T value_of(Result<T> result)
{
    if (!result)
        raise(call_error(std::move(result).error()));
    return *std::move(result);
}

// Raises `forked` when something was made in another process; `what` names it: "this Runner".
void check_here(const Birthplace& born, std::string_view what);
CallError forked_error(const Birthplace& born, std::string_view what);
CallError closed_error();

// Text for Python, whatever its bytes are; a new reference.
py::str shown(std::string_view text);

} // namespace sluice::python
