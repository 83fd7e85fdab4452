// SPDX-License-Identifier: Apache-2.0
#include "bodies.h"

#include "attempt.h"
#include "model/workflow/context_check.h"
#include "turns.h"
#include "workflows/body_attempt.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <variant>

namespace sluice::python {

namespace {

Ref text_ref(std::string_view text)
{
    return Ref::steal(
        PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace")
    );
}

std::string_view view_of(PyObject* text)
{
    Py_ssize_t size = 0;
    const char* const bytes = PyUnicode_AsUTF8AndSize(text, &size);
    return bytes ? std::string_view(bytes, static_cast<std::size_t>(size)) : std::string_view();
}

// What a body of Python has come to: its output as text, or why it failed.
using Answer = std::variant<Ref, Attempt::Failure>;

Answer failed(std::string error)
{
    return Attempt::Failure{.error = std::move(error)};
}

class PythonBody final : public TaskBody {
public:
    PythonBody(py::handle body, py::handle on_success, py::handle on_failure)
        : body_(body), on_success_(on_success), on_failure_(on_failure)
    {}

    void begin(std::shared_ptr<BodyAttempt> attempt) override
    {
        turns().run([this, attempt = std::move(attempt)] { run(*attempt, attempt); });
    }

    void timed_out(const BodyFacts& facts, const std::string& error) override
    {
        with_gil([&] { tell(on_failure_, {facts.task_id, error, facts.input}); });
    }

private:
    void run(BodyAttempt& attempt, const std::shared_ptr<BodyAttempt>& shared) const;
    Answer call(Attempt& seen, const Ref& object, const BodyFacts& facts) const;
    BodyEnd end_of(BodyAttempt& attempt, Answer& answer) const;
    BodyEnd succeed(BodyAttempt& attempt, const Ref& output) const;
    BodyEnd fail(BodyAttempt& attempt, Attempt::Failure& failure) const;
    static void tell(const Ref& callback, std::initializer_list<std::string_view> texts);

    const Ref body_;
    const Ref on_success_;
    const Ref on_failure_;
};

// With the GIL. Of an attempt that was stopped nothing is accepted, so nothing of it is told; its
// timeout is told by timed_out(). Callbacks may call the Runner as the body may.
void PythonBody::run(BodyAttempt& attempt, const std::shared_ptr<BodyAttempt>& shared) const
{
    if (attempt.is_stopped())
        return attempt.end({.kind = BodyEnd::Kind::failed, .error = "the attempt was stopped"});
    const Birthplace born;
    try {
        const auto seen = std::make_shared<Attempt>(shared);
        const RunsBody runs(*seen);
        const Ref object = Ref::steal(py::cast(seen).release().ptr());
        set_context_attempt(object);
        Answer answer = call(*seen, object, attempt.facts());
        seen->body_is_over();
        if (!born.is_here())
            std::_Exit(EXIT_SUCCESS); // a child that the body has forked: this thread is all it has
        BodyEnd end = end_of(attempt, answer);
        set_context_attempt({});
        seen->leave_threads();
        attempt.end(std::move(end));
    } catch (const std::exception& error) {
        attempt.end({.kind = BodyEnd::Kind::failed, .error = error.what()});
    }
}

Answer PythonBody::call(Attempt& seen, const Ref& object, const BodyFacts& facts) const
{
    const Ref input = text_ref(facts.input);
    if (!input)
        return failed(take_raised());
    Ref output =
        Ref::steal(PyObject_CallFunctionObjArgs(body_.get(), object.get(), input.get(), nullptr));
    if (!output)
        return failed(take_raised());
    if (seen.failure())
        return *seen.failure();
    if (!PyUnicode_Check(output.get()))
        return failed("the body gave neither an output nor a failure");
    const std::string_view text = view_of(output.get());
    if (!text.data())
        return failed(take_raised());
    if (text.size() > facts.context_bytes_max) {
        const std::string whose = fmt::format("the context of task '{}'", facts.task_id);
        return failed(context_too_large(whose, text.size(), facts.context_bytes_max).detail);
    }
    return output;
}

BodyEnd PythonBody::end_of(BodyAttempt& attempt, Answer& answer) const
{
    if (auto* const failure = std::get_if<Attempt::Failure>(&answer))
        return fail(attempt, *failure);
    return succeed(attempt, std::get<Ref>(answer));
}

BodyEnd PythonBody::succeed(BodyAttempt& attempt, const Ref& output) const
{
    const std::string_view text = view_of(output.get());
    if (!attempt.is_stopped())
        tell(on_success_, {attempt.facts().task_id, text});
    return {.output = text == "{}" ? std::string() : std::string(text)};
}

BodyEnd PythonBody::fail(BodyAttempt& attempt, Attempt::Failure& failure) const
{
    if (!attempt.is_stopped())
        tell(on_failure_, {attempt.facts().task_id, failure.error, attempt.facts().input});
    return {
        .kind = BodyEnd::Kind::failed,
        .error = std::move(failure.error),
        .is_transient = failure.is_transient};
}

// The callbacks raise nothing; a fault of our own goes where Python tells such.
void PythonBody::tell(const Ref& callback, std::initializer_list<std::string_view> texts)
{
    if (callback.get() == Py_None)
        return;
    const Ref arguments = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(texts.size())));
    Py_ssize_t place = 0;
    for (const std::string_view text : texts) {
        PyObject* const made =
            arguments
                ? PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace")
                : nullptr;
        if (!made)
            return PyErr_WriteUnraisable(callback.get());
        PyTuple_SET_ITEM(arguments.get(), place++, made);
    }
    const Ref answer = Ref::steal(PyObject_CallObject(callback.get(), arguments.get()));
    if (!answer)
        PyErr_WriteUnraisable(callback.get());
}

std::optional<std::string> ask(PyObject* poll, std::string& error)
{
    const Ref answer = Ref::steal(PyObject_CallObject(poll, nullptr));
    if (answer && answer.get() == Py_None)
        return std::nullopt;
    const std::string_view text =
        answer && PyUnicode_Check(answer.get()) ? view_of(answer.get()) : std::string_view();
    if (text.data())
        return std::string(text);
    error = PyErr_Occurred() ? take_raised() : "the trigger gave neither a context nor None";
    return std::nullopt;
}

} // namespace

std::shared_ptr<TaskBody> make_body(py::handle body, py::handle on_success, py::handle on_failure)
{
    return std::make_shared<PythonBody>(body, on_success, on_failure);
}

std::function<std::optional<std::string>()> make_poll(py::handle poll)
{
    return [function = shared_ref(poll)]() -> std::optional<std::string> {
        std::optional<std::string> answer;
        std::string error;
        with_gil([&] { answer = ask(function->get(), error); });
        if (!error.empty())
            throw std::runtime_error(error);
        return answer;
    };
}

void call_with_texts(const SharedRef& function, std::string_view first, std::string_view second)
{
    with_gil([&] {
        const Ref one = text_ref(first);
        const Ref other = text_ref(second);
        const Ref answer = one && other ? Ref::steal(PyObject_CallFunctionObjArgs(
                                              function->get(), one.get(), other.get(), nullptr
                                          ))
                                        : Ref();
        if (!answer)
            PyErr_WriteUnraisable(function->get());
    });
}

} // namespace sluice::python
