// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace sluice::python {

// The dict of a document. ValueError with the place for what is no context.
pybind11::object read_context(const pybind11::str& document);

} // namespace sluice::python
