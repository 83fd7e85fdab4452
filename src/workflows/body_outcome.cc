// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_outcome.h"

#include "base/text.h"
#include "model/workflow/context_check.h"

#include <exception>
#include <fmt/format.h>
#include <utility>

namespace sluice {

namespace {

// No character is cut in two.
std::string_view cut(std::string_view text)
{
    if (text.size() <= error_bytes_max)
        return text;
    std::size_t end = error_bytes_max;
    while (end > error_bytes_max - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return text.substr(0, end);
}

Outcome outcome(Outcome::Kind kind, std::string error)
{
    Outcome made;
    made.kind = kind;
    made.error = std::move(error);
    return made;
}

} // namespace

Outcome failed_outcome(std::string_view error)
{
    const std::string_view shown = error.empty() ? "an error without a message" : cut(error);
    return outcome(Outcome::Kind::failed, printable(shown));
}

Outcome skipped_outcome(std::string reason)
{
    return outcome(Outcome::Kind::skipped, std::move(reason));
}

Outcome returned_outcome(std::string reason)
{
    return outcome(Outcome::Kind::returned, std::move(reason));
}

Outcome outcome_of(BodyEnd end, const BodyFacts& facts)
{
    if (end.kind == BodyEnd::Kind::failed) {
        Outcome failed = failed_outcome(end.error);
        failed.is_transient = end.is_transient;
        failed.retry_after = end.retry_after;
        return failed;
    }
    if (end.output.size() > facts.context_bytes_max)
        return failed_outcome(context_too_large(
                                  fmt::format("the context of task '{}'", facts.task_id),
                                  end.output.size(), facts.context_bytes_max
        )
                                  .detail);
    Outcome done = outcome(Outcome::Kind::succeeded, {});
    done.result = std::move(end.output);
    return done;
}

Outcome thrown_outcome()
{
    try {
        throw;
    } catch (const std::exception& error) {
        const std::string_view what = error.what();
        return failed_outcome(what.empty() ? "an exception without a message" : what);
    } catch (...) {
        return failed_outcome("an exception of unknown type");
    }
}

} // namespace sluice
