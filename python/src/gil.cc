// SPDX-License-Identifier: Apache-2.0
#include "gil.h"

#include "base/fork_guard.h"
#include "errors.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::python {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Micros signal_slice = std::chrono::milliseconds(100);
constexpr Micros wait_max = std::chrono::hours(24); // sums with the clock do not overflow
constexpr std::int64_t timeout_ms_max = 365LL * 24 * 3600 * 1000;

// What belongs to threads. A child of a fork has one of its own; the parent's, whose locks may be
// held for ever, is left alone.
struct Threads {
    std::mutex garbage_mutex; // whoever holds it does not wait for the GIL
    std::vector<PyObject*> garbage;
    std::atomic<bool> has_garbage{false};
    std::atomic<int> inside{0};
    std::atomic<int> aside{0};
    std::atomic<bool> is_ending{false};
    std::atomic<bool> has_ended{false};
    std::atomic<unsigned long> main_thread{0};
};

// Never destroyed: threads may outlive the statics.
std::atomic<Threads*> all_threads{new Threads};

Threads& threads()
{
    return *all_threads.load(std::memory_order_acquire);
}

bool is_finalizing()
{
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsFinalizing() != 0;
#else
    return _Py_IsFinalizing() != 0;
#endif
}

void drop_later(PyObject* object)
{
    Threads& all = threads();
    const std::lock_guard lock(all.garbage_mutex);
    all.garbage.push_back(object);
    all.has_garbage = true;
}

void drop(PyObject* object)
{
    if (!object || threads().has_ended)
        return;
    if (has_gil())
        Py_DECREF(object);
    else
        drop_later(object);
}

bool is_main_thread()
{
    return PyThread_get_thread_ident() == threads().main_thread;
}

// The thread state of a thread of the engine, from its first job to its end.
struct OwnState {
    PyThreadState* state = nullptr;
    Birthplace born;

    void make()
    {
        PyGILState_Ensure();
        state = PyThreadState_Get();
        born = {};
    }

    // A destructor must not be unwound: nothing once the end may have begun. Until then at_exit()
    // waits for who is inside.
    ~OwnState()
    {
        if (!state || !born.is_here())
            return;
        const Inside inside;
        if (threads().has_ended || is_finalizing())
            return;
        PyEval_RestoreThread(state);
        PyGILState_Release(PyGILState_UNLOCKED);
    }
};

thread_local OwnState own;

Micros time_left(const Deadline& deadline)
{
    if (!deadline)
        return wait_max;
    return std::clamp(std::chrono::ceil<Micros>(*deadline - Clock::now()), Micros(0), wait_max);
}

} // namespace

// --- references ----------------------------------------------------------------------------------

bool has_gil()
{
#if PY_VERSION_HEX >= 0x030D0000
    PyThreadState* const now = PyThreadState_GetUnchecked();
#else
    PyThreadState* const now = _PyThreadState_UncheckedGet();
#endif
    return now && now == PyGILState_GetThisThreadState();
}

Ref& Ref::operator=(Ref&& other) noexcept
{
    drop(std::exchange(object_, std::exchange(other.object_, nullptr)));
    return *this;
}

Ref::~Ref()
{
    drop(object_);
}

Ref Ref::steal(PyObject* object)
{
    Ref ref;
    ref.object_ = object;
    return ref;
}

SharedRef shared_ref(py::handle object)
{
    return object.is_none() ? nullptr : std::make_shared<const Ref>(object);
}

void empty_garbage()
{
    Threads& all = threads();
    if (!all.has_garbage.load(std::memory_order_relaxed))
        return;
    std::vector<PyObject*> garbage;
    {
        const std::lock_guard lock(all.garbage_mutex);
        garbage.swap(all.garbage);
        all.has_garbage = false;
    }
    for (PyObject* const object : garbage)
        Py_DECREF(object);
}

namespace {

Ref raised_value()
{
#if PY_VERSION_HEX >= 0x030C0000
    return Ref::steal(PyErr_GetRaisedException());
#else
    PyObject* type = nullptr;
    PyObject* value = nullptr;
    PyObject* traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    const Ref type_ref = Ref::steal(type);
    const Ref traceback_ref = Ref::steal(traceback);
    return Ref::steal(value);
#endif
}

} // namespace

std::string take_raised()
{
    const Ref value = raised_value();
    if (!value)
        return "an unknown error";
    const std::string_view type = Py_TYPE(value.get())->tp_name;
    std::string text(type.substr(type.rfind('.') + 1));
    const Ref words = Ref::steal(PyObject_Str(value.get()));
    const Ref bytes =
        Ref::steal(words ? PyUnicode_AsEncodedString(words.get(), "utf-8", "replace") : nullptr);
    if (!bytes)
        PyErr_Clear();
    else if (const Py_ssize_t size = PyBytes_GET_SIZE(bytes.get()); size > 0)
        text.append(": ").append(PyBytes_AS_STRING(bytes.get()), static_cast<std::size_t>(size));
    return text;
}

// --- threads of the engine -----------------------------------------------------------------------

bool enter_gil()
{
    if (threads().has_ended)
        return false;
    if (own.state && own.born.is_here())
        PyEval_RestoreThread(own.state);
    else
        own.make();
    empty_garbage();
    return true;
}

void leave_gil()
{
    PyEval_SaveThread();
}

// --- threads of Python ---------------------------------------------------------------------------

Inside::Inside()
{
    ++threads().inside;
}

Inside::~Inside()
{
    --threads().inside;
}

Deadline deadline_after(std::int64_t milliseconds)
{
    if (milliseconds < 0 || milliseconds > timeout_ms_max)
        return std::nullopt;
    return Clock::now() + std::chrono::milliseconds(milliseconds);
}

Waited wait_until(const Wait& wait, const Deadline& deadline)
{
    const Inside inside;
    const Birthplace born;
    const Micros slice = is_main_thread() ? signal_slice : wait_max;
    for (;;) {
        const Micros left = time_left(deadline);
        PyThreadState* const state = PyEval_SaveThread();
        const bool is_done = wait(std::min(left, slice));
        PyEval_RestoreThread(state);
        empty_garbage();
        if (is_done)
            return Waited::done;
        if (PyErr_CheckSignals() != 0)
            return Waited::raised;
        if (!born.is_here()) { // a handler has forked: nobody answers in the child
            set_error(forked_error(born, "this call"));
            return Waited::raised;
        }
        if (left <= slice && time_left(deadline) == Micros(0))
            return Waited::out_of_time;
    }
}

// --- the process ---------------------------------------------------------------------------------

void begin_process()
{
    const py::object main = py::module_::import("threading").attr("main_thread")();
    threads().main_thread = main.attr("ident").cast<unsigned long>();
}

bool aside(std::function<void()> work)
{
    Threads& all = threads();
    ++all.aside;
    try {
        std::thread([work = std::move(work), &all]() mutable {
            work();
            work = nullptr; // what it holds may need a while to end
            --all.aside;
        }).detach();
    } catch (const std::system_error&) {
        --all.aside;
        return false;
    }
    return true;
}

bool is_ending()
{
    return threads().is_ending;
}

bool begin_end()
{
    return !threads().is_ending.exchange(true);
}

void end_process(std::chrono::steady_clock::time_point deadline)
{
    static constexpr auto pause = std::chrono::milliseconds(1);
    Threads& all = threads();
    const auto wait = [&all, deadline] {
        while ((all.inside > 0 || all.aside > 0) && Clock::now() < deadline)
            std::this_thread::sleep_for(pause);
    };
    wait();
    all.has_ended = true;
    wait(); // for those who came in before they could see that
}

void begin_child()
{
    auto* const made = new Threads;
    made->main_thread = PyThread_get_thread_ident();
    all_threads = made;
}

} // namespace sluice::python
