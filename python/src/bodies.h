// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gil.h"
#include "workflows/registration.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::python {

// The functions of a task, as Python gave them. With the GIL; no callback: None.
std::shared_ptr<TaskBody> make_body(py::handle body, py::handle on_success, py::handle on_failure);

// The function of a trigger: what it raises is thrown as std::runtime_error, "Type: text".
std::function<std::optional<std::string>()> make_poll(py::handle poll);

// Calls a function of the program with texts, on a thread of the engine; what it raises is told as
// Python tells errors of destructors.
void call_with_texts(const SharedRef& function, std::string_view first, std::string_view second);

} // namespace sluice::python
