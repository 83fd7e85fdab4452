// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace sluice::python {

// A deep copy in which everything is plain JSON. ValueError with the place, which begins with
// `key`.
pybind11::object pure(pybind11::handle value, pybind11::handle key);

// The text of a dict of values that are pure.
pybind11::object write_context(const pybind11::dict& values);

} // namespace sluice::python
