// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/validation.h"

namespace sluice {

// Why a request that carries a document is refused. `invalid` has all problems of the document,
// each with its path; the other codes have one problem, usually without a path.
struct Refusal {
    Errc code = Errc::invalid;
    std::vector<Problem> problems;

    Refusal() = default;
    Refusal(std::vector<Problem> list) : problems(std::move(list)) {}
    Refusal(const Error& error) : code(error.code), problems{{"", error.detail}} {}
};

template <class T>
using Judged = boost::system::result<T, Refusal>;

// All problems as one Error, separated by "; ".
Error to_error(const Refusal& refusal);

// What `Judged::value()` throws when it holds a refusal: asking without checking is a bug.
[[noreturn]] void throw_exception_from_error(const Refusal&, const boost::source_location&);

} // namespace sluice
