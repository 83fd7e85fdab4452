// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace sluice {

// What a broken expectation throws where a handler is set.
class BrokenExpectation : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

// "broken expectation at file:line: expression".
std::string broken_expectation(const char* expression, const char* file, int line);

// Is told of each broken expectation, on the thread that met it; throws nothing.
using AssertionHandler = void (*)(const char* expression, const char* file, int line);

// A library must not end the program around it: with a handler, which has told whomever it
// concerns, SLUICE_ASSERT throws BrokenExpectation. Without one (null, as at first) the program
// ends.
void set_assertion_handler(AssertionHandler handler);

// Calls the handler and throws BrokenExpectation, or prints and ends the program.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

// The same where nothing may be thrown: returns after the handler.
void assertion_failed_quietly(const char* expression, const char* file, int line) noexcept;

} // namespace sluice

// For programmer errors, never for input; on in all builds, so that a broken invariant stops before
// it is written to the database.
#define SLUICE_ASSERT(expression)                                                                  \
    ((expression) ? static_cast<void>(0)                                                           \
                  : ::sluice::assertion_failed(#expression, __FILE__, __LINE__))

// For destructors and what is noexcept. What follows runs on when a handler is set, so it is no
// more than the end of something.
#define SLUICE_ASSERT_QUIETLY(expression)                                                          \
    ((expression) ? static_cast<void>(0)                                                           \
                  : ::sluice::assertion_failed_quietly(#expression, __FILE__, __LINE__))
