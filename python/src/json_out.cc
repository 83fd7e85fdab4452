// SPDX-License-Identifier: Apache-2.0
// Documents on their way out: values of Python.
#include "json_out.h"

#include "errors.h"
#include "model/workflow/context_check.h"
#include "owned.h"

#include <limits>

namespace sluice::python {

namespace {

py::object text_object(const std::string& text)
{
    return owned(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

py::object object_of(const Json& value);

py::object dict_of(const Json& object)
{
    py::object dict = owned(PyDict_New());
    for (const auto& [name, member] : object.get_ref<const Json::object_t&>()) {
        const py::object item = object_of(member);
        if (PyDict_SetItem(dict.ptr(), text_object(name).ptr(), item.ptr()) != 0)
            throw py::error_already_set();
    }
    return dict;
}

py::object list_of(const Json& array)
{
    py::object list = owned(PyList_New(static_cast<Py_ssize_t>(array.size())));
    for (std::size_t i = 0; i < array.size(); ++i)
        PyList_SET_ITEM(
            list.ptr(), static_cast<Py_ssize_t>(i), object_of(array[i]).release().ptr()
        );
    return list;
}

py::object object_of(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::object:
        return dict_of(value);
    case Json::value_t::array:
        return list_of(value);
    case Json::value_t::string:
        return text_object(value.get_ref<const std::string&>());
    case Json::value_t::boolean:
        return py::bool_(value.get<bool>());
    case Json::value_t::number_integer:
        return owned(PyLong_FromLongLong(value.get<std::int64_t>()));
    case Json::value_t::number_unsigned:
        return owned(PyLong_FromUnsignedLongLong(value.get<std::uint64_t>()));
    case Json::value_t::number_float:
        return owned(PyFloat_FromDouble(value.get<double>()));
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
        break;
    }
    return py::none();
}

} // namespace

py::object read_context(const py::str& document)
{
    Py_ssize_t size = 0;
    const char* const text = PyUnicode_AsUTF8AndSize(document.ptr(), &size);
    if (!text)
        raise_what_is_set(); // half a pair of UTF-16, which is a ValueError, too
    constexpr ContextLimits limits{.bytes_max = std::numeric_limits<std::size_t>::max()};
    const Checked<Json> read = sluice::read_context({text, static_cast<std::size_t>(size)}, limits);
    if (!read)
        raise_value_error(format_context_problem(read.error().front()));
    return dict_of(*read);
}

} // namespace sluice::python
