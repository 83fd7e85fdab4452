// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/contract/service_contract.h"

#include <fmt/format.h>

namespace sluice {

// What tests of stored rules share.
class StoredRulesContract : public StartedTasks {
protected:
    static std::string at_most(int maximum, std::string_view fields = "[]")
    {
        return fmt::format(
            R"({{"type":"Concurency","max_concurency":{},)"
            R"("matcher":{{"status":"Running","kind":"build","fields":{}}}}})",
            maximum, fields
        );
    }

    // The key stands for the document; tests take the text itself, as long as a key is.
    static std::string key_of(const std::string& document)
    {
        return fmt::format("{:032x}", std::hash<std::string>{}(document));
    }

    static Define new_definition(
        const std::string& document, std::optional<std::string> name = std::nullopt,
        DefinitionKind kind = DefinitionKind::rule
    )
    {
        Define request;
        request.row.kind = kind;
        request.row.name = std::move(name);
        request.row.document = document;
        request.row.key = key_of(document);
        request.row.actor = "ada";
        return request;
    }
    DefinitionRow stored(const std::string& document)
    {
        return db(new_definition(document)).value().row;
    }

    static Redefine change_of(DefinitionRow row, const std::string& document)
    {
        row.document = document;
        row.key = key_of(document);
        return Redefine{std::move(row)};
    }
    DefinitionRow change(const DefinitionRow& row, const std::string& document)
    {
        return db(change_of(row, document)).value();
    }

    Result<bool> remove(const DefinitionRow& row) { return db(Undefine{row.kind, row.id, "ada"}); }

    // Until all tasks go by their rules as they are; says how many have changed.
    std::size_t follow()
    {
        FollowRules request;
        std::size_t changed = 0;
        for (;;) {
            const FollowRules::Reply reply = db(request).value();
            changed += reply.changed;
            if (reply.done)
                return changed;
        }
    }

    std::string id_of(const DefinitionRow& row)
    {
        return format_uid(db.store().uid(UidKind::rule, row.created_at, row.id.value));
    }
    std::string reference_to(const DefinitionRow& row)
    {
        return fmt::format(R"([{{"ref":"{}"}}])", id_of(row));
    }
    NewTask ruled(const std::string& rules)
    {
        NewTask task = service_task();
        task.card->rules = rules;
        task.card->metadata = R"({"customer":7})";
        return task;
    }
    NewTask user_of(const DefinitionRow& row) { return ruled(reference_to(row)); }
    std::vector<NewTask> users_of(const DefinitionRow& row, std::size_t count)
    {
        return std::vector<NewTask>(count, user_of(row));
    }

    std::int64_t uses(const DefinitionRow& row)
    {
        auto look = [&](Reads& reads) { return reads.service().definition_view(row.kind, row.id); };
        return db.read(look).value().uses;
    }
    bool tasks_are_to_follow()
    {
        return db.read([](Reads& reads) { return reads.pulse().has_changed_rule; });
    }
};

} // namespace sluice
