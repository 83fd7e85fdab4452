// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace sluice {

namespace {

std::atomic<AssertionHandler> handler{nullptr};

// False when nobody wants to know.
bool tell_handler(const char* expression, const char* file, int line)
{
    const AssertionHandler told = handler.load();
    if (told)
        told(expression, file, line);
    return told != nullptr;
}

[[noreturn]] void end_program(const char* expression, const char* file, int line)
{
    std::fprintf(stderr, "sluice: broken expectation at %s:%d: %s\n", file, line, expression);
    std::abort();
}

} // namespace

std::string broken_expectation(const char* expression, const char* file, int line)
{
    return std::string("broken expectation at ") + file + ":" + std::to_string(line) + ": " +
           expression;
}

void set_assertion_handler(AssertionHandler next)
{
    handler.store(next);
}

void assertion_failed(const char* expression, const char* file, int line)
{
    if (!tell_handler(expression, file, line))
        end_program(expression, file, line);
    throw BrokenExpectation(broken_expectation(expression, file, line));
}

void assertion_failed_quietly(const char* expression, const char* file, int line) noexcept
{
    if (!tell_handler(expression, file, line))
        end_program(expression, file, line);
}

} // namespace sluice
