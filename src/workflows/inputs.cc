// SPDX-License-Identifier: Apache-2.0
#include "workflows/inputs.h"

#include "model/workflow/context_check.h"
#include "model/workflow/merge.h"
#include "model/workflow/rule_json.h"
#include "store/execution_reads.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace sluice {

// What has to be asked of the database.
struct Inputs::Missing {
    RunId run;
    std::vector<TaskId> outputs = {};
    bool initial = false;
    bool created_at = false;

    bool empty() const { return outputs.empty() && !initial && !created_at; }
};

struct Inputs::Found {
    std::vector<DoneRow> ends = {};
    std::optional<std::string> initial = {};
    std::optional<Time> created_at = {};
};

namespace {

// Of one read, so that others get their turn.
constexpr std::size_t ends_at_once = 1000;
constexpr std::size_t bytes_at_once = std::size_t{16} << 20;

} // namespace

Inputs::Found Inputs::read_missing(Reads& reads, const Missing& missing)
{
    Found found;
    if (missing.initial)
        found.initial = reads.executions().initial_context(missing.run);
    if (missing.created_at) {
        if (const std::optional<Reads::Run> run = reads.run(missing.run))
            found.created_at = run->row.created_at;
    }
    if (!missing.outputs.empty()) {
        const std::size_t count = std::min(missing.outputs.size(), ends_at_once);
        const std::span<const TaskId> ids(missing.outputs.data(), count);
        found.ends = reads.executions().ends(ids, bytes_at_once);
    }
    return found;
}

// Fills the parts as far as the cache has them, and says what it lacks.
Inputs::Missing Inputs::take_known(const Leased& task, InputParts& parts)
{
    Missing missing{.run = task.run};
    parts.outputs.clear();
    bool has_output = false;
    for (const ParentEnd& parent : task.parents.dependencies) {
        if (parent.outcome != TaskState::succeeded)
            continue;
        has_output = true;
        if (SharedEnd end = cache_.end(task.run, parent.task, parent.attempt))
            parts.outputs.push_back(std::move(end));
        else
            missing.outputs.push_back(parent.task);
    }
    if (!has_output) {
        parts.initial = cache_.initial_context(task.run);
        missing.initial = !parts.initial;
    }
    const std::optional<Time> created_at = cache_.created_at(task.run);
    missing.created_at = !created_at;
    parts.run_created_at = created_at.value_or(Time{});
    return missing;
}

namespace {

// False: one of them is not what the claim has told of.
bool put_in_order(const Inputs::Ends& ends, const Leased& task, InputParts& parts)
{
    for (const ParentEnd& parent : task.parents.dependencies) {
        if (parent.outcome != TaskState::succeeded)
            continue;
        const SharedEnd& end = ends.at(parent.task.value);
        if (end->attempt != parent.attempt || end->outcome != parent.outcome)
            return false;
        parts.outputs.push_back(end);
    }
    return true;
}

void add_description(const Leased& task, InputParts& parts)
{
    parts.parents = task.parents;
    parts.payload = task.payload;
}

// All contexts that there are.
std::vector<std::string_view> texts_of(const InputParts& parts)
{
    std::vector<std::string_view> texts;
    for (const SharedEnd& end : parts.outputs)
        texts.push_back(end->result);
    if (texts.empty() && parts.initial)
        texts.push_back(*parts.initial);
    return texts;
}

std::string
source_name(const InputParts& parts, std::size_t place, std::span<const std::string> names)
{
    if (parts.outputs.empty())
        return "the initial context of the run";
    const std::vector<ParentEnd>& all = parts.parents.dependencies;
    const TaskId id = parts.outputs[place]->task;
    const auto parent = std::ranges::find(all, id, &ParentEnd::task);
    const auto number = static_cast<std::size_t>(parent - all.begin());
    if (names.size() != all.size() || number >= names.size())
        return fmt::format("the output of a dependency ({})", id.value);
    return fmt::format("the output of task '{}'", names[number]);
}

Result<Json> merged(const InputParts& parts, std::span<const std::string> names)
{
    std::vector<Json> contexts;
    for (const std::string_view text : texts_of(parts)) {
        Result<Json> context = stored_context(text);
        if (!context)
            return Error{
                Errc::corrupt,
                fmt::format(
                    "{} cannot be read: {}", source_name(parts, contexts.size(), names),
                    context.error().detail
                )};
        contexts.push_back(*std::move(context));
    }
    return json_result(merge_contexts(std::move(contexts)));
}

// Nothing: there are not as many parents as the rule was written for.
std::optional<TaskEnds> ends_by_name(const InputParts& parts, const RulePayload& payload)
{
    std::vector<std::string> names = payload.dependencies;
    std::ranges::copy_if(
        named_tasks(payload.rule), std::back_inserter(names),
        [&](const std::string& name) {
            return std::ranges::find(payload.dependencies, name) == payload.dependencies.end();
        }
    );
    std::vector<ParentEnd> ends = parts.parents.dependencies;
    ends.insert(ends.end(), parts.parents.named.begin(), parts.parents.named.end());
    if (names.size() != ends.size())
        return std::nullopt;
    TaskEnds by_name;
    for (std::size_t i = 0; i < names.size(); ++i)
        by_name[names[i]] = ends[i].outcome;
    return by_name;
}

std::string text_of(const InputParts& parts, const std::optional<Json>& context)
{
    const std::vector<std::string_view> texts = texts_of(parts);
    if (texts.size() > 1)
        return dump_json(*context);
    return texts.empty() || texts.front().empty() ? "{}" : std::string(texts.front());
}

} // namespace

std::optional<InputParts> Inputs::known(const Leased& task)
{
    InputParts parts;
    if (!take_known(task, parts).empty())
        return std::nullopt;
    add_description(task, parts);
    return parts;
}

Async<Result<InputParts>> Inputs::read(Leased task)
{
    InputParts parts;
    Missing missing = take_known(task, parts);
    Ends ends;
    for (SharedEnd& end : std::exchange(parts.outputs, {}))
        ends.emplace(end->task.value, std::move(end));
    while (!missing.empty()) {
        const auto body = [missing](Reads& reads) { return read_missing(reads, missing); };
        Result<Found> found = co_await store_.read(body);
        if (!found)
            co_return found.error();
        if (missing.created_at && !found->created_at)
            co_return Error{Errc::not_found, "the run is gone"};
        if (!missing.outputs.empty() && found->ends.empty())
            co_return Error{Errc::conflict, "a dependency has not ended"};
        keep(*std::move(found), missing, parts, ends);
    }
    add_description(task, parts);
    if (!put_in_order(ends, task, parts))
        co_return Error{Errc::conflict, "a dependency has lived again"};
    co_return parts;
}

// What was read is no longer missing.
void Inputs::keep(Found found, Missing& missing, InputParts& parts, Ends& ends)
{
    if (missing.created_at) {
        parts.run_created_at = *found.created_at;
        cache_.keep_created_at(missing.run, parts.run_created_at);
    }
    if (missing.initial) {
        std::string text = std::move(found.initial).value_or("");
        parts.initial = std::make_shared<const std::string>(std::move(text));
        cache_.keep_initial_context(missing.run, parts.initial);
    }
    for (DoneRow& row : found.ends) {
        auto end = std::make_shared<const DoneRow>(std::move(row));
        cache_.keep(end);
        ends[end->task.value] = std::move(end);
    }
    missing.created_at = missing.initial = false;
    std::erase_if(missing.outputs, [&](TaskId task) { return ends.contains(task.value); });
}

Result<Input> make_input(const InputParts& parts, std::span<const std::string> names)
{
    Input input;
    std::optional<Json> context;
    std::optional<RulePayload> payload;
    if (!parts.payload.empty()) {
        Result<RulePayload> parsed = parse_rule_payload(parts.payload);
        if (!parsed)
            return parsed.error();
        names = payload.emplace(*std::move(parsed)).dependencies;
    }
    if (payload || parts.outputs.size() > 1) {
        Result<Json> made = merged(parts, names);
        if (!made)
            return made.error();
        context = *std::move(made);
    }
    input.verdict.holds = true;
    if (payload) {
        const std::optional<TaskEnds> ends = ends_by_name(parts, *payload);
        if (!ends)
            return Error{Errc::corrupt, "the rule of the task does not fit its parents"};
        input.verdict = judge(payload->rule, {*ends, *context});
    }
    input.text = text_of(parts, context);
    return input;
}

} // namespace sluice
