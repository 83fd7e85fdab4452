// SPDX-License-Identifier: Apache-2.0
// The extension `sluice._core`; what it offers stands in sluice/_core.pyi.
#include "admin.h"
#include "attempt.h"
#include "definitions.h"
#include "errors.h"
#include "gil.h"
#include "json_in.h"
#include "json_out.h"
#include "registered.h"
#include "run.h"
#include "runner.h"
#include "schedules.h"
#include "turns.h"
#include "workflows/cron_schedules.h"

namespace sluice::python {

namespace {

void after_fork_in_child()
{
    begin_child();
    forget_turns();
    forget_body();
    forget_hosts();
}

void add_functions(py::module_& module)
{
    module.def("pure", &pure, py::arg("value"), py::arg("key"));
    module.def("write_context", &write_context, py::arg("values"));
    module.def("read_context", &read_context, py::arg("document"));
    module.def(
        "is_schedule_id", [](const std::string& text) { return CronSchedules::is_id(text); },
        py::arg("text")
    );
    module.def("set_log", &set_log, py::arg("write"));
    module.def("at_exit", &end_all_runners, py::arg("grace_ms"));
    module.def("after_fork_in_child", &after_fork_in_child);
}

void fill(py::module_& module)
{
    begin_process();
    add_errors(module);
    add_functions(module);
    add_definitions(module);
    add_run(module);
    RunnerClass runner = add_runner(module);
    add_schedules(runner);
    add_attempt(module);
    add_admin(module);
    // Before that of the first Runner, so that it is called after it.
    py::module_::import("atexit").attr("register")(py::cpp_function(&let_go_of_functions));
}

// Its types can be made once in a process: whoever imports it again is given the same.
void fill_again(PyObject* module, PyObject* first)
{
    if (PyDict_Merge(PyModule_GetDict(module), PyModule_GetDict(first), 0) != 0)
        throw py::error_already_set();
}

int execute(PyObject* module)
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(
            PyExc_ImportError, "sluice works in the main interpreter only: its threads belong to "
                               "the process, and a subinterpreter would end under them"
        );
        return -1;
    }
    static PyObject* first = nullptr; // never dropped
    try {
        py::detail::get_internals();
        auto made = py::reinterpret_borrow<py::module_>(module);
        if (first) {
            fill_again(module, first);
        } else {
            fill(made);
            first = made.inc_ref().ptr();
        }
    } catch (py::error_already_set& error) {
        error.restore();
        return -1;
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_ImportError, error.what());
        return -1;
    }
    return 0;
}

// With a slot the code above runs in each interpreter that imports it, not in the first alone.
PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(&execute)}, {0, nullptr}};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "_core",
    "The engine of sluice.",
    0,
    nullptr,
    slots,
    nullptr,
    nullptr,
    nullptr,
};

} // namespace

} // namespace sluice::python

extern "C" PYBIND11_EXPORT PyObject* PyInit__core()
{
    return PyModuleDef_Init(&sluice::python::definition);
}
