// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace sluice::python {

// check, draw, register, register_trigger, retry_delay, should_retry.
void add_definitions(pybind11::module_& module);

} // namespace sluice::python
