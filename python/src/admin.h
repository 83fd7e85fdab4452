// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace sluice::python {

void add_admin(pybind11::module_& module);

} // namespace sluice::python
