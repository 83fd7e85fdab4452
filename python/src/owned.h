// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace sluice::python {

// A new object of the C API, which is ours; null: its exception goes on as one of C++.
inline pybind11::object owned(PyObject* made)
{
    if (!made)
        throw pybind11::error_already_set();
    return pybind11::reinterpret_steal<pybind11::object>(made);
}

} // namespace sluice::python
