// SPDX-License-Identifier: Apache-2.0
// Stored rules and actions: creating, changing and finding them.
#include "tasks/definitions.h"

#include "base/text.h"
#include "engine/engine.h"
#include "model/task/definition_request.h"
#include "net/guard/address_guard.h"
#include "store/store.h"
#include "tasks/target_names.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr int rounds_max = 200;      // of followers, a thousand each
constexpr int barren_rounds_max = 5; // others hold what is left

UidKind uid_kind(DefinitionKind kind)
{
    return kind == DefinitionKind::rule ? UidKind::rule : UidKind::action;
}

Error no_such(DefinitionKind kind, std::string_view id)
{
    const std::string_view what = kind == DefinitionKind::rule ? "rule" : "action";
    return {Errc::not_found, fmt::format("no stored {} '{}'", what, printable(id))};
}

template <class Definition>
DefinitionRow row_of(DefinitionKind kind, const Definition& definition, std::string actor)
{
    DefinitionRow row;
    row.kind = kind;
    row.name = definition.name;
    row.document = dump_json(definition.document);
    row.key = definition_key(definition.document);
    row.actor = std::move(actor);
    return row;
}

} // namespace

Store& Definitions::store() const
{
    return engine_.store();
}

std::optional<DefinitionId>
Definitions::definition_id(DefinitionKind kind, std::string_view uuid) const
{
    const std::optional<Uid> uid = parse_uid(uuid);
    const auto key = uid ? store().key(uid_kind(kind), *uid) : std::nullopt;
    return key ? std::optional(DefinitionId{*key}) : std::nullopt;
}

Async<Judged<DefinitionRow>> Definitions::read(DefinitionKind kind, Json body, std::string actor)
{
    if (kind == DefinitionKind::rule) {
        Checked<RuleDefinition> rule = read_rule_definition(body);
        if (!rule)
            co_return Refusal(std::move(rule.error()));
        co_return row_of(kind, *rule, std::move(actor));
    }
    ActionRules rules;
    rules.check_url = [this](std::string_view url) { return guard_.refuse_url(url); };
    Checked<ActionDefinition> action = read_action_definition(body, rules);
    if (!action)
        co_return Refusal(std::move(action.error()));
    std::vector<Problem> problems = co_await names_.check(action->action);
    if (!problems.empty())
        co_return Refusal(std::move(problems));
    co_return row_of(kind, *action, std::move(actor));
}

Async<Judged<Definitions::Created>>
Definitions::create(DefinitionKind kind, Json body, std::string actor)
{
    Judged<DefinitionRow> row = co_await read(kind, std::move(body), std::move(actor));
    if (!row)
        co_return std::move(row.error());
    Define request{std::move(*row)};
    Result<Defined> defined = co_await store().define(std::move(request));
    if (!defined)
        co_return Refusal(defined.error());
    Created created;
    created.is_new = defined->is_new;
    created.view.row = std::move(defined->row);
    if (created.is_new)
        co_return created;
    // An equal one may be in use.
    auto look = [kind, id = created.view.row.id](Reads& reads) {
        return reads.service().definition_view(kind, id);
    };
    const Result<std::optional<View>> known = co_await store().read(std::move(look));
    if (!known)
        co_return Refusal(known.error());
    if (*known)
        created.view = **known;
    co_return created;
}

Async<Judged<Definitions::View>>
Definitions::replace(DefinitionKind kind, std::string id, Json body, std::string actor)
{
    const std::optional<DefinitionId> definition = definition_id(kind, id);
    if (!definition)
        co_return Refusal(no_such(kind, id));
    Judged<DefinitionRow> row = co_await read(kind, std::move(body), std::move(actor));
    if (!row)
        co_return std::move(row.error());
    row->id = *definition;
    Redefine request{std::move(*row)};
    const Result<DefinitionRow> changed = co_await store().redefine(std::move(request));
    if (!changed && changed.error().code == Errc::not_found)
        co_return Refusal(no_such(kind, id));
    if (!changed)
        co_return Refusal(changed.error());
    if (kind == DefinitionKind::rule)
        co_await follow();
    const Result<View> view = co_await find(kind, std::move(id));
    if (!view)
        co_return Refusal(view.error());
    co_return *view;
}

// What cannot be done now is owed, and the timekeeper's.
Async<void> Definitions::follow()
{
    int barren = 0;
    for (int round = 0; round < rounds_max && barren < barren_rounds_max; ++round) {
        FollowRules request;
        const Result<FollowRules::Reply> reply = co_await store().follow_rules(request);
        if (!reply || reply->done)
            co_return;
        barren = reply->changed > 0 ? 0 : barren + 1;
    }
}

Async<Result<void>> Definitions::remove(DefinitionKind kind, std::string id, std::string actor)
{
    const std::optional<DefinitionId> definition = definition_id(kind, id);
    if (!definition)
        co_return no_such(kind, id);
    Undefine request{kind, *definition, std::move(actor)};
    const Result<bool> removed = co_await store().undefine(request);
    if (!removed && removed.error().code == Errc::not_found)
        co_return no_such(kind, id);
    if (!removed)
        co_return removed.error();
    co_return Result<void>();
}

Async<Result<Definitions::View>> Definitions::find(DefinitionKind kind, std::string id)
{
    const std::optional<DefinitionId> definition = definition_id(kind, id);
    if (!definition)
        co_return no_such(kind, id);
    auto look = [kind, definition = *definition](Reads& reads) {
        return reads.service().definition_view(kind, definition);
    };
    Result<std::optional<View>> view = co_await store().read(std::move(look));
    if (!view)
        co_return view.error();
    if (!*view)
        co_return no_such(kind, id);
    co_return std::move(**view);
}

Async<Result<std::vector<Definitions::View>>>
Definitions::list(DefinitionKind kind, std::size_t skip, std::size_t limit)
{
    auto look = [kind, skip, limit](Reads& reads) {
        return reads.service().definitions(kind, skip, limit);
    };
    co_return co_await store().read(std::move(look));
}

} // namespace sluice
