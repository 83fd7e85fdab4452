// SPDX-License-Identifier: Apache-2.0
#include "sluice/workflow_error.h"

#include <utility>

namespace sluice::workflows {

namespace {

std::string described(const std::string& message, const std::vector<std::string>& problems)
{
    std::string text = message;
    for (const std::string& problem : problems)
        text.append("\n  ").append(problem);
    return text;
}

} // namespace

Error::Error(Kind kind, const std::string& message, std::vector<std::string> problems)
    : std::runtime_error(described(message, problems)),
      kind_(kind),
      problems_(std::make_shared<const std::vector<std::string>>(std::move(problems)))
{}

Error::~Error() = default;

std::string_view name(Error::Kind kind)
{
    switch (kind) {
    case Error::Kind::invalid:
        return "invalid";
    case Error::Kind::not_found:
        return "not found";
    case Error::Kind::conflict:
        return "conflict";
    case Error::Kind::unavailable:
        return "unavailable";
    case Error::Kind::overloaded:
        return "overloaded";
    case Error::Kind::closed:
        return "closed";
    case Error::Kind::forked:
        return "forked";
    case Error::Kind::broken:
        return "broken";
    }
    return "unknown";
}

DefinitionError::DefinitionError(const std::string& message, std::vector<std::string> problems)
    : Error(Kind::invalid, message, std::move(problems))
{}

DefinitionError::~DefinitionError() = default;

ContextError::ContextError(std::string key, const std::string& message)
    : Error(Kind::invalid, message), key_(std::make_shared<const std::string>(std::move(key)))
{}

ContextError::~ContextError() = default;

TaskStopped::~TaskStopped() = default;

const char* TaskStopped::what() const noexcept
{
    return "the task was stopped";
}

} // namespace sluice::workflows
