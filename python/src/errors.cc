// SPDX-License-Identifier: Apache-2.0
#include "errors.h"

#include "base/text.h"

#include <fmt/format.h>
#include <pybind11/eval.h>

namespace sluice::python {

namespace {

// Classes are shorter, and pickled well, in their own language.
constexpr const char* classes = R"(
class Error(Exception):
    """What the engine refuses or cannot do."""

    def __init__(self, kind, text, problems=()):
        super().__init__(text)
        self.kind = kind
        self.problems = tuple(problems) or (text,)

    def __reduce__(self):
        return type(self), (self.kind, str(self), self.problems)


class TaskStopped(BaseException):
    """Raised by the waits of an Attempt: cancelled, timed out, or its Runner stops."""
)";

// Never dropped: the interpreter may be gone when statics are destroyed.
PyObject* error_class = nullptr;
PyObject* task_stopped_class = nullptr;

} // namespace

void add_errors(py::module_& module)
{
    py::dict globals;
    globals["__builtins__"] = py::module_::import("builtins");
    globals["__name__"] = module.attr("__name__");
    py::exec(classes, globals);
    for (const char* const name : {"Error", "TaskStopped"})
        module.attr(name) = globals[name];
    error_class = py::object(globals["Error"]).release().ptr();
    task_stopped_class = py::object(globals["TaskStopped"]).release().ptr();
}

py::str shown(std::string_view text)
{
    PyObject* const made =
        PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
    if (!made)
        throw py::error_already_set();
    return py::reinterpret_steal<py::str>(made);
}

void set_error(const CallError& error)
{
    py::tuple problems(error.problems.size());
    for (std::size_t i = 0; i < error.problems.size(); ++i)
        problems[i] = shown(error.problems[i]);
    const py::object made =
        py::handle(error_class)(shown(name(error.kind)), shown(error.text), problems);
    PyErr_SetObject(error_class, made.ptr());
}

void set_task_stopped()
{
    PyErr_SetString(task_stopped_class, "nobody waits for this attempt any more");
}

void raise(const CallError& error)
{
    set_error(error);
    raise_what_is_set();
}

void raise_invalid(std::vector<std::string> problems)
{
    CallError error;
    error.text = join(problems, "; ");
    error.problems = std::move(problems);
    raise(error);
}

void raise_invalid(std::span<const Problem> problems)
{
    std::vector<std::string> lines;
    for (const Problem& problem : problems)
        lines.push_back(format_problem(problem));
    raise_invalid(std::move(lines));
}

void raise_task_stopped()
{
    set_task_stopped();
    raise_what_is_set();
}

void raise_value_error(const std::string& text)
{
    PyErr_SetObject(PyExc_ValueError, shown(text).ptr());
    raise_what_is_set();
}

void raise_what_is_set()
{
    throw py::error_already_set();
}

// A right that the database's user lacks is the fault of who has named that user.
CallError call_error(Error error)
{
    if (error.code == Errc::unauthorized)
        error.code = Errc::invalid;
    return to_call_error(std::move(error));
}

CallError forked_error(const Birthplace& born, std::string_view what)
{
    return {
        .kind = CallError::Kind::forked,
        .text = fmt::format(
            "{} was made in process {}; a fork does not carry it over: make a new one", what,
            born.process()
        )};
}

CallError closed_error()
{
    return {.kind = CallError::Kind::closed, .text = "the interpreter ends"};
}

void check_here(const Birthplace& born, std::string_view what)
{
    if (!born.is_here())
        raise(forked_error(born, what));
}

} // namespace sluice::python
