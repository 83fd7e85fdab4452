// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <pybind11/pybind11.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

// The interpreter's lock (GIL), in plain C API. When the interpreter ends, CPython up to 3.13 ends
// every thread that wants the GIL by a forced unwind (pthread_exit), later ones park it. Therefore:
//
// - The GIL is taken back by plain statements, never by a destructor: those are noexcept, and a
//   forced unwind within ends the process. py::gil_scoped_release and py::gil_scoped_acquire are
//   not used; nor is the GIL given back while an exception of C++ is under way, for the one of
//   pybind11 takes it where it is destroyed. An error of Python stays set meanwhile.
// - No frame on the way catches everything without passing abi::__forced_unwind on.
// - What lives on the stack across a wait or a function of the program is no py::object but a Ref.
namespace sluice::python {

namespace py = pybind11;

// --- references ----------------------------------------------------------------------------------

bool has_gil();

// A reference that may go on any thread: without the GIL it waits for its next holder, and once the
// interpreter ends it is kept.
class Ref {
public:
    Ref() = default;
    explicit Ref(py::handle object) : object_(object.inc_ref().ptr()) {} // with the GIL
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref&& other) noexcept;
    ~Ref();

    static Ref steal(PyObject* object); // null: none

    PyObject* get() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

private:
    PyObject* object_ = nullptr;
};

using SharedRef = std::shared_ptr<const Ref>;

SharedRef shared_ref(py::handle object); // null for None

// "ValueError: boom" of the exception that is set, which it clears. With the GIL.
std::string take_raised();

// --- threads of the engine -----------------------------------------------------------------------

// Takes the GIL with a thread state that this thread keeps. False: the interpreter has ended. It
// may not return at all.
bool enter_gil();
void leave_gil();

// Calls `work` with the GIL. False: it was not called.
template <class Work>
bool with_gil(Work work)
{
    if (!enter_gil())
        return false;
    std::exception_ptr failure;
    try {
        work();
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    leave_gil();
    if (failure)
        std::rethrow_exception(failure);
    return true;
}

// --- threads of Python ---------------------------------------------------------------------------

// Counts a thread that is about to come back for the GIL.
class Inside {
public:
    Inside();
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
};

// Makes up for what others could not do without the GIL.
void empty_garbage();

// Calls `work` without the GIL. It does not wait for long, or only on a body thread.
template <class Work>
void without_gil(Work work)
{
    const Inside inside;
    std::exception_ptr failure;
    PyThreadState* const state = PyEval_SaveThread();
    try {
        work();
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    PyEval_RestoreThread(state);
    empty_garbage();
    if (failure)
        std::rethrow_exception(failure);
}

using Deadline = std::optional<std::chrono::steady_clock::time_point>; // nothing: never

Deadline deadline_after(std::int64_t milliseconds); // negative: never

// Waits so long for something; whether it is there.
using Wait = std::function<bool(Micros limit)>;

enum class Waited : std::uint8_t { done, out_of_time, raised };

// Waits without the GIL. The main thread runs the handlers of Python's signals meanwhile; `raised`:
// one of them has raised, which is set.
Waited wait_until(const Wait& wait, const Deadline& deadline);

// --- the process ---------------------------------------------------------------------------------

// Remembers which thread is the main one. When the module is imported.
void begin_process();

// Runs `work`, which throws nothing, on a thread of its own. False: there is none.
bool aside(std::function<void()> work);

bool is_ending(); // at_exit was called
bool begin_end(); // from now on; false: it was so before

// Without the GIL: waits until nobody is inside or aside, at most until then. From then on threads
// of the engine do not touch the interpreter.
void end_process(std::chrono::steady_clock::time_point deadline);

// In a child of a fork: what belonged to other threads is gone.
void begin_child();

} // namespace sluice::python
