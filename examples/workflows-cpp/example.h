// SPDX-License-Identifier: Apache-2.0
// What all examples share: the database from the command line, and a check that says what is wrong.
#pragma once

#include "sluice/workflow_error.h"

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace example {

// Throws unless it is so.
inline void check(bool is_so, const std::string& what)
{
    if (!is_so)
        throw std::runtime_error("not as expected: " + what);
}

// Whether `call` throws an Error of this kind.
template <class Call>
bool throws(sluice::workflows::Error::Kind kind, Call call)
{
    try {
        call();
    } catch (const sluice::workflows::Error& error) {
        return error.kind() == kind;
    }
    return false;
}

// main() of a tutorial: `program [--db URL]`. By default a file in the current directory.
inline int run(int argc, char** argv, void (*tutorial)(const std::string& url))
{
    std::string url = "sqlite://workflows-example.db";
    if (argc == 3 && std::string_view(argv[1]) == "--db") {
        url = argv[2];
    } else if (argc != 1) {
        std::cerr << "usage: " << argv[0] << " [--db URL]\n";
        return 2;
    }
    try {
        tutorial(url);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}

} // namespace example
