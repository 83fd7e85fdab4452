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

thread_local BodyAttempt* current_body = nullptr;

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

bool wait_in_body(BodyAttempt& body, const Wait& wait, const Deadline& deadline)
{
    const Wait or_stop = [&](Micros limit) {
        for (; limit > Micros(0); limit -= look_at_stop)
            if (wait(std::min(limit, look_at_stop)) || body.is_stopped())
                return true;
        return wait(Micros(0));
    };
    const bool gives_slot = body.is_slot_held(); // not within a condition of defer_until
    if (gives_slot)
        body.give_slot_back();
    const Waited waited = wait_until(or_stop, deadline);
    const bool goes_on = !gives_slot || takes_slot(body);
    const bool is_there = settled(waited);
    if (!goes_on || body.is_stopped())
        raise_task_stopped();
    return is_there;
}

} // namespace

RunsBody::RunsBody(BodyAttempt& body) : before_(std::exchange(current_body, &body))
{}

RunsBody::~RunsBody()
{
    current_body = before_;
}

void forget_body()
{
    current_body = nullptr;
}

bool wait_long(const Wait& wait, const Deadline& deadline)
{
    if (wait(Micros(0)))
        return true;
    return current_body ? wait_in_body(*current_body, wait, deadline)
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

void Attempt::check_thread() const
{
    check_here(born_, "this attempt");
    if (is_cancelled())
        raise_task_stopped();
    if (current_body != body_.get())
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
    body_->give_slot_back();
    const bool is_asked = ask_until_true(*body_, condition.ptr(), micros_of(interval_ms));
    const bool has_slot = takes_slot(*body_);
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
