// SPDX-License-Identifier: Apache-2.0
// Values of Python on their way in: checked and copied, or written as text.
#include "json_in.h"

#include "errors.h"
#include "owned.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::python {

namespace {

constexpr int depth_max = 100; // of a value: containers below its key

// --- text ----------------------------------------------------------------------------------------

// Text that needs two or four bytes a letter may have halves of pairs, which UTF-8 cannot spell.
bool is_whole(PyObject* text)
{
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(text) != 0)
        throw py::error_already_set();
#endif
    const auto kind = PyUnicode_KIND(text);
    if (kind == PyUnicode_1BYTE_KIND)
        return true;
    const void* const letters = PyUnicode_DATA(text);
    const Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t i = 0; i < size; ++i) {
        const Py_UCS4 letter = PyUnicode_READ(kind, letters, i);
        if (letter >= 0xd800 && letter <= 0xdfff)
            return false;
    }
    return true;
}

// The bytes of a text for people.
std::string words_of(PyObject* text)
{
    const py::object bytes =
        py::reinterpret_steal<py::object>(PyUnicode_AsEncodedString(text, "utf-8", "replace"));
    if (!bytes) {
        PyErr_Clear();
        return "?";
    }
    return {
        PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

std::string repr_of(PyObject* value)
{
    const py::object text = py::reinterpret_steal<py::object>(PyObject_Repr(value));
    if (text)
        return words_of(text.ptr());
    PyErr_Clear(); // an integer of too many digits, say
    return fmt::format("of type {}", Py_TYPE(value)->tp_name);
}

// --- places --------------------------------------------------------------------------------------

// Where a value stands: a chain on the stack, spelled only for an error.
struct Place {
    const Place* parent = nullptr;
    PyObject* key = nullptr; // text; null: an item
    Py_ssize_t index = 0;

    std::string text() const
    {
        const std::string before = parent ? parent->text() : std::string();
        if (!key)
            return fmt::format("{}[{}]", before, index);
        return parent ? before + "." + words_of(key) : words_of(key);
    }
};

[[noreturn]] void refuse(const Place& place, std::string_view why)
{
    raise_value_error(fmt::format("context key '{}': {}", place.text(), why));
}

// --- copies --------------------------------------------------------------------------------------

py::object copied(PyObject* value, const Place& place, int depth);

py::object same(PyObject* value)
{
    return py::reinterpret_borrow<py::object>(value);
}

py::object copied_text(PyObject* value, const Place& place)
{
    if (!is_whole(value))
        refuse(place, "text that is not UTF-8 is not a JSON value");
    return PyUnicode_CheckExact(value) ? same(value) : owned(PyUnicode_FromObject(value));
}

py::object copied_integer(PyObject* value, const Place& place)
{
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0)
        return PyLong_CheckExact(value) ? same(value) : owned(PyLong_FromLongLong(number));
    const unsigned long long large = overflow > 0 ? PyLong_AsUnsignedLongLong(value) : 0;
    if (overflow < 0 || PyErr_Occurred()) {
        PyErr_Clear();
        refuse(place, fmt::format("the integer {} does not fit 64 bits", repr_of(value)));
    }
    return PyLong_CheckExact(value) ? same(value) : owned(PyLong_FromUnsignedLongLong(large));
}

py::object copied_float(PyObject* value, const Place& place)
{
    const double number = PyFloat_AS_DOUBLE(value);
    if (!std::isfinite(number))
        refuse(
            place, fmt::format(
                       "{} is not a JSON value", std::isnan(number) ? "NaN"
                                                 : number > 0       ? "Infinity"
                                                                    : "-Infinity"
                   )
        );
    return PyFloat_CheckExact(value) ? same(value) : owned(PyFloat_FromDouble(number));
}

void copy_member(
    const py::object& dict, const py::object& key, PyObject* value, const Place& place, int depth
)
{
    if (!PyUnicode_Check(key.ptr()))
        refuse(place, fmt::format("the key {} is not a string", repr_of(key.ptr())));
    const py::object name = copied_text(key.ptr(), place);
    const Place member{&place, name.ptr()};
    const py::object item = copied(value, member, depth + 1);
    if (PyDict_SetItem(dict.ptr(), name.ptr(), item.ptr()) != 0)
        throw py::error_already_set();
}

py::object copied_dict(PyObject* value, const Place& place, int depth)
{
    const py::object made = owned(PyDict_New());
    PyObject* key = nullptr;
    PyObject* item = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(value, &position, &key, &item)) {
        const py::object kept = same(item); // a mapping below may change this dict
        copy_member(made, same(key), kept.ptr(), place, depth);
    }
    return made;
}

// Whatever else is a mapping says itself what it has, and in which order.
py::object copied_mapping(PyObject* value, const Place& place, int depth)
{
    const py::object made = owned(PyDict_New());
    const py::object items = owned(PyMapping_Items(value));
    for (const py::handle pair : items) {
        const py::object key = owned(PySequence_GetItem(pair.ptr(), 0));
        const py::object item = owned(PySequence_GetItem(pair.ptr(), 1));
        copy_member(made, key, item.ptr(), place, depth);
    }
    return made;
}

// The size of a list may change on the way.
py::object copied_list(PyObject* value, const Place& place, int depth)
{
    const py::object made = owned(PyList_New(0));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(value); ++i) {
        const py::object kept = same(PySequence_Fast_GET_ITEM(value, i));
        const Place item{&place, nullptr, i};
        if (PyList_Append(made.ptr(), copied(kept.ptr(), item, depth + 1).ptr()) != 0)
            throw py::error_already_set();
    }
    return made;
}

bool is_mapping(PyObject* value)
{
    if (PyDict_Check(value))
        return true;
    static PyObject* const mapping =
        py::object(py::module_::import("collections.abc").attr("Mapping")).release().ptr();
    const int answer = PyObject_IsInstance(value, mapping);
    if (answer < 0)
        throw py::error_already_set();
    return answer > 0;
}

py::object copied(PyObject* value, const Place& place, int depth)
{
    if (value == Py_None || PyBool_Check(value))
        return same(value);
    if (PyUnicode_Check(value))
        return copied_text(value, place);
    if (PyLong_Check(value))
        return copied_integer(value, place);
    if (PyFloat_Check(value))
        return copied_float(value, place);
    const bool is_list = PyList_Check(value) || PyTuple_Check(value);
    if (!is_list && !is_mapping(value)) {
        const std::string_view type = Py_TYPE(value)->tp_name;
        const std::string_view short_name = type.substr(type.rfind('.') + 1);
        refuse(place, fmt::format("a value of type {} is not a JSON value", short_name));
    }
    if (depth == depth_max)
        refuse(place, fmt::format("nested deeper than {} levels (a cycle?)", depth_max));
    if (is_list)
        return copied_list(value, place, depth);
    return PyDict_CheckExact(value) ? copied_dict(value, place, depth)
                                    : copied_mapping(value, place, depth);
}

// --- text of a context ---------------------------------------------------------------------------

void write(std::string& out, PyObject* value);

void write_escaped(std::string& out, std::string_view text)
{
    out += '"';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        out.append(text, begin, i - begin);
        begin = i + 1;
        constexpr std::string_view shorts = "\"\\\b\f\n\r\t";
        constexpr std::string_view letters = "\"\\bfnrt";
        const std::size_t known = shorts.find(text[i]);
        if (known != std::string_view::npos)
            out.append("\\").append(1, letters[known]);
        else
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    }
    out.append(text, begin, text.size() - begin);
    out += '"';
}

void write_text(std::string& out, PyObject* text)
{
    if (PyUnicode_IS_COMPACT_ASCII(text)) {
        const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
        return write_escaped(out, {static_cast<const char*>(PyUnicode_DATA(text)), size});
    }
    const py::object bytes = owned(PyUnicode_AsUTF8String(text));
    const auto size = static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()));
    write_escaped(out, {PyBytes_AS_STRING(bytes.ptr()), size});
}

void write_integer(std::string& out, PyObject* value)
{
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        fmt::format_to(std::back_inserter(out), "{}", number);
        return;
    }
    const unsigned long long large = PyLong_AsUnsignedLongLong(value);
    if (PyErr_Occurred())
        throw py::error_already_set();
    fmt::format_to(std::back_inserter(out), "{}", large);
}

void write_float(std::string& out, PyObject* value)
{
    const double number = PyFloat_AS_DOUBLE(value);
    const std::unique_ptr<char, decltype(&PyMem_Free)> text(
        PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr), &PyMem_Free
    );
    if (!text)
        throw py::error_already_set();
    out += text.get();
}

void write_dict(std::string& out, PyObject* dict)
{
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    char before = '{';
    while (PyDict_Next(dict, &position, &key, &value)) {
        if (!PyUnicode_Check(key))
            throw py::type_error("a key of a context is a string");
        out += std::exchange(before, ',');
        write_text(out, key);
        out += ':';
        write(out, value);
    }
    out += before == '{' ? "{}" : "}";
}

void write_list(std::string& out, PyObject* list)
{
    out += '[';
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) {
        if (i > 0)
            out += ',';
        write(out, PyList_GET_ITEM(list, i));
    }
    out += ']';
}

void write(std::string& out, PyObject* value)
{
    if (value == Py_None)
        out += "null";
    else if (PyBool_Check(value))
        out += value == Py_True ? "true" : "false";
    else if (PyUnicode_Check(value))
        write_text(out, value);
    else if (PyLong_Check(value))
        write_integer(out, value);
    else if (PyFloat_Check(value))
        write_float(out, value);
    else if (PyDict_Check(value))
        write_dict(out, value);
    else if (PyList_Check(value))
        write_list(out, value);
    else
        throw py::type_error(fmt::format("a value of type {} is not pure", Py_TYPE(value)->tp_name)
        );
}

} // namespace

py::object pure(py::handle value, py::handle key)
{
    if (!PyUnicode_Check(key.ptr()))
        throw py::type_error("key is a string");
    const Place place{nullptr, key.ptr()};
    static_cast<void>(copied_text(key.ptr(), place));
    return copied(value.ptr(), place, 0);
}

py::object write_context(const py::dict& values)
{
    std::string out;
    write_dict(out, values.ptr());
    return shown(out);
}

} // namespace sluice::python
