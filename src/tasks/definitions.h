// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "model/refusal.h"
#include "model/task/task_request.h"
#include "store/service_reads.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class AddressGuard;
class Engine;
class Store;
class TargetNames;

// Rules and actions that are stored under an id, for tasks to refer to: a rule is followed as it
// is, an action is copied into the batches that name it. Ids are the public ones (UUID). Lives on
// the loop; what it is given outlives it.
//
// Errors of all methods that take an id: not_found; of all: unavailable.
class Definitions {
public:
    using View = ServiceReads::DefinitionView;

    Definitions(Engine& engine, const AddressGuard& guard, TargetNames& names)
        : engine_(engine), guard_(guard), names_(names)
    {}

    struct Created {
        View view;
        bool is_new = true; // false: there was an equal one
    };
    // All problems of the body come at once (invalid).
    Async<Judged<Created>> create(DefinitionKind kind, Json body, std::string actor);

    // The tasks that use a rule follow the change before this returns; when they are very many, or
    // others hold them, the rest does so soon after.
    Async<Judged<View>> replace(DefinitionKind kind, std::string id, Json body, std::string actor);

    // conflict: tasks that are not final use it.
    Async<Result<void>> remove(DefinitionKind kind, std::string id, std::string actor);

    Async<Result<View>> find(DefinitionKind kind, std::string id);
    Async<Result<std::vector<View>>>
    list(DefinitionKind kind, std::size_t skip, std::size_t limit); // newest first

    std::optional<DefinitionId> definition_id(DefinitionKind kind, std::string_view uuid) const;

    // What a new batch refers to. Stored actions take the place of their references in the body:
    // the batch is then as if they had been sent.
    struct Resolved {
        std::vector<Problem> problems;         // of references to nothing
        std::map<std::string, TaskRule> rules; // by their ids
    };
    Async<Result<Resolved>> resolve(Json& body);

    // The problems of a list of rules that refer to nothing: "rules[1].ref".
    Async<Result<std::vector<Problem>>> check_rules(std::vector<TaskRule> rules);

    // Stored actions may make a request so much larger, and no more: in bytes of JSON.
    static constexpr std::size_t expansion_max = 64u << 20;

private:
    using Documents = std::map<std::string, Json>; // by id

    Store& store() const;
    Async<Judged<DefinitionRow>> read(DefinitionKind kind, Json body, std::string actor);
    Async<Result<Documents>> look_up(DefinitionKind kind, std::vector<std::string> ids);
    Async<void> follow();

    Engine& engine_;
    const AddressGuard& guard_;
    TargetNames& names_;
};

} // namespace sluice
