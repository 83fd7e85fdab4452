// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace sluice {

// Many callers that ask the same at once share one answer. An answer is shared only by those who
// asked before its making began, so that nobody gets one that is older than their question. Lives
// on the loop and outlives its calls.
template <class Value>
class SharedAnswers {
public:
    using Answer = std::shared_ptr<const Value>;

    explicit SharedAnswers(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // `make()` gives an Async<Value>; it is called once for all who wait for the next answer.
    template <class Make>
    Async<Answer> get(std::string key, Make make)
    {
        const Caller caller(*this, std::move(key));
        Line& line = caller.line();
        const std::shared_ptr<Answer> mine = line.next; // where the answer to this round comes
        while (!*mine && line.is_busy)
            co_await line.changed.wait();
        if (*mine)
            co_return *mine;
        const Making making(line);
        Value value = co_await make();
        *mine = std::make_shared<const Value>(std::move(value));
        co_return *mine;
    }

private:
    struct Line {
        explicit Line(asio::any_io_executor executor) : changed(std::move(executor)) {}

        Signal changed;
        std::size_t callers = 0;
        bool is_busy = false; // an answer is being made
        std::shared_ptr<Answer> next = std::make_shared<Answer>();
    };
    using Lines = std::map<std::string, Line, std::less<>>;

    // Keeps the line for as long as anybody is in it.
    class Caller {
    public:
        Caller(SharedAnswers& answers, std::string key)
            : answers_(answers),
              line_(answers.lines_.try_emplace(std::move(key), answers.executor_).first)
        {
            ++line_->second.callers;
        }
        ~Caller()
        {
            if (--line_->second.callers == 0)
                answers_.lines_.erase(line_);
        }
        Caller(const Caller&) = delete;
        Caller& operator=(const Caller&) = delete;

        Line& line() const { return line_->second; }

    private:
        SharedAnswers& answers_;
        typename Lines::iterator line_;
    };

    // While it stands the others wait; who comes meanwhile is of the next round. When it ends
    // without an answer, because its caller was cancelled, another one makes it.
    class Making {
    public:
        explicit Making(Line& line) : line_(line)
        {
            line_.is_busy = true;
            line_.next = std::make_shared<Answer>();
        }
        ~Making()
        {
            line_.is_busy = false;
            line_.changed.notify();
        }
        Making(const Making&) = delete;
        Making& operator=(const Making&) = delete;

    private:
        Line& line_;
    };

    asio::any_io_executor executor_;
    Lines lines_;
};

} // namespace sluice
