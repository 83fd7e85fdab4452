// SPDX-License-Identifier: Apache-2.0
#include "attempt.h"

#include "errors.h"

#include <algorithm>
#include <utility>

namespace sluice::python {

namespace {

// How soon a body that waits for a run sees that its own attempt was stopped.
constexpr Micros look_at_stop = std::chrono::milliseconds(20);
constexpr std::int64_t duration_ms_max = 365LL * 24 * 3600 * 1000;

thread_local Attempt* current_attempt = nullptr;

PyObject* context_attempt = nullptr; // a variable of contexts; never dropped

Micros micros_of(std::int64_t milliseconds)
{
    return std::chrono::milliseconds(std::clamp<std::int64_t>(milliseconds, 0, duration_ms_max));
}

// 1: true, 0: false, -1: an exception is set.
int ask(PyObject* condition)
{
    const Ref answer = Ref::steal(PyObject_CallObject(condition, nullptr));
    return answer ? PyObject_IsTrue(answer.get()) : -1;
}

// Asks until it is true; an exception that it raises stays set. False: the attempt was stopped.
bool ask_until_true(BodyAttempt& body, PyObject* condition, Micros interval)
{
    for (;;) {
        bool goes_on = false;
        without_gil([&] { goes_on = body.sleep(interval); });
        if (!goes_on)
            return false;
        if (ask(condition) != 0)
            return true;
    }
}

bool takes_slot(BodyAttempt& body)
{
    bool is_taken = false;
    without_gil([&] { is_taken = body.take_slot(); });
    return is_taken;
}

bool settled(Waited waited)
{
    if (waited == Waited::raised)
        raise_what_is_set();
    return waited == Waited::done;
}

bool wait_for_attempt(Attempt& attempt, const Wait& wait, const Deadline& deadline)
{
    const Wait or_stop = [&](Micros limit) {
        for (; limit > Micros(0); limit -= look_at_stop)
            if (wait(std::min(limit, look_at_stop)) || attempt.is_stopped())
                return true;
        return wait(Micros(0));
    };
    attempt.give_slot();
    Waited waited = wait_until(or_stop, deadline);
    const bool goes_on = attempt.take_slot();
    if (attempt.has_left_threads()) { // its body did not wait for this thread
        if (waited == Waited::done)
            waited = wait_until(wait, deadline);
        return settled(waited);
    }
    const bool is_there = settled(waited);
    if (!goes_on || attempt.is_stopped())
        raise_task_stopped();
    return is_there;
}

// Whose body has sent this thread here; null: nobody's.
std::shared_ptr<Attempt> attempt_of_context()
{
    PyObject* found = nullptr;
    if (PyContextVar_Get(context_attempt, nullptr, &found) != 0)
        raise_what_is_set();
    const Ref held = Ref::steal(found);
    if (!held || held.get() == Py_None)
        return nullptr;
    auto attempt = py::handle(held.get()).cast<std::shared_ptr<Attempt>>();
    return attempt->is_worked_for() ? attempt : nullptr;
}

} // namespace

RunsBody::RunsBody(Attempt& attempt) : before_(std::exchange(current_attempt, &attempt))
{}

RunsBody::~RunsBody()
{
    current_attempt = before_;
}

void set_context_attempt(const Ref& attempt)
{
    PyObject* const value = attempt ? attempt.get() : Py_None;
    const Ref token = Ref::steal(PyContextVar_Set(context_attempt, value));
    if (!token)
        PyErr_Clear(); // no memory: its other threads are on their own
}

void forget_body()
{
    current_attempt = nullptr;
}

bool wait_long(const Wait& wait, const Deadline& deadline)
{
    if (wait(Micros(0)))
        return true;
    if (current_attempt)
        return wait_for_attempt(*current_attempt, wait, deadline);
    const std::shared_ptr<Attempt> attempt = attempt_of_context();
    return attempt ? wait_for_attempt(*attempt, wait, deadline)
                   : settled(wait_until(wait, deadline));
}

// Of a child of a fork it is the parent's, which nobody may touch.
Attempt::~Attempt()
{
    if (!born_.is_here())
        static_cast<void>(new std::shared_ptr(std::move(body_)));
}

const BodyFacts& Attempt::facts() const
{
    return body_->facts();
}

bool Attempt::is_cancelled() const
{
    check_here(born_, "this attempt");
    return is_over_ || body_->is_stopped();
}

bool Attempt::is_slot_held() const
{
    check_here(born_, "this attempt");
    return !is_over_ && body_->is_slot_held();
}

void Attempt::give_slot()
{
    if (waiting_++ == 0 && !is_ended_)
        body_->give_slot_back();
}

// Another thread may begin to wait while this one waits for the slot: it is given once more.
bool Attempt::take_slot()
{
    if (--waiting_ > 0)
        return !body_->is_stopped();
    const bool has_slot = takes_slot(*body_);
    if (waiting_ > 0 && !is_ended_)
        body_->give_slot_back();
    return has_slot;
}

void Attempt::leave_threads()
{
    is_ended_ = true;
    if (body_->is_stopped())
        return; // they hear it, too
    has_left_threads_ = true;
    if (!body_->is_slot_held())
        takes_slot(*body_);
}

void Attempt::check_thread() const
{
    check_here(born_, "this attempt");
    if (is_cancelled())
        raise_task_stopped();
    if (current_attempt != this)
        raise({.text = "an attempt waits only on the thread of its body"});
}

void Attempt::defer_until(py::handle condition, std::int64_t interval_ms)
{
    check_thread();
    if (interval_ms < 1)
        raise_value_error("interval_ms is at least 1");
    const int answer = ask(condition.ptr());
    if (answer < 0)
        raise_what_is_set();
    if (answer > 0)
        return;
    give_slot();
    const bool is_asked = ask_until_true(*body_, condition.ptr(), micros_of(interval_ms));
    const bool has_slot = take_slot();
    if (PyErr_Occurred())
        raise_what_is_set();
    if (!is_asked || !has_slot)
        raise_task_stopped();
}

void Attempt::sleep(std::int64_t duration_ms)
{
    check_thread();
    bool goes_on = false;
    without_gil([&] { goes_on = body_->sleep(micros_of(duration_ms)); });
    if (!goes_on)
        raise_task_stopped();
}

void Attempt::fail(std::string error, bool is_transient)
{
    failure_ = Failure{std::move(error), is_transient};
}

void add_attempt(py::module_& module)
{
    context_attempt = PyContextVar_New("sluice.attempt", nullptr);
    if (!context_attempt)
        raise_what_is_set();
    py::class_<Attempt, std::shared_ptr<Attempt>>(module, "Attempt", py::is_final())
        .def_property_readonly("run_id", [](const Attempt& self) { return self.facts().run_id; })
        .def_property_readonly("task_id", [](const Attempt& self) { return self.facts().task_id; })
        .def_property_readonly(
            "workflow", [](const Attempt& self) { return self.facts().workflow; }
        )
        .def_property_readonly("attempt", [](const Attempt& self) { return self.facts().attempt; })
        .def("cancelled", &Attempt::is_cancelled)
        .def("is_slot_held", &Attempt::is_slot_held)
        .def("defer_until", &Attempt::defer_until, py::arg("condition"), py::arg("interval_ms"))
        .def("sleep", &Attempt::sleep, py::arg("duration_ms"))
        .def("fail", &Attempt::fail, py::arg("error"), py::arg("is_transient"));
}

} // namespace sluice::python
