// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/routes.h"

#include <string>

namespace sluice {

// A question as a text: the same for those who ask the same, with the same rights or not, since a
// handler behind shared() shows all callers the same.
inline std::string question_of(const Request& request)
{
    std::string question = request.target.path;
    for (const Field& field : request.target.query) {
        question += '\0';
        question += field.name;
        question += '\0';
        question += field.value;
    }
    return question;
}

// A handler that only reads, for lists that many look at: callers that ask the same at once share
// one read and one document (async/shared_answers.h).
template <ApiHandler handler>
Async<Response> shared(Api& api, const Request& request)
{
    auto make = [&api, &request] { return handler(api, request); };
    std::string question = question_of(request);
    const std::shared_ptr<const Response> answer =
        co_await api.answers.get(std::move(question), make);
    co_return *answer;
}

} // namespace sluice
