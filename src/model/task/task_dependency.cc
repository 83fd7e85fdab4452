// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_dependency.h"

#include "model/task/task_kinds.h"
#include "model/task/task_words.h"

namespace sluice {

namespace {

struct DependencyForm {
    std::optional<std::string> id, task_id;
    std::optional<bool> requires_success;
    std::optional<LinkCondition> condition;
};

template <class Visitor>
void describe(Visitor& visitor, DependencyForm& form)
{
    visitor.optional(
        "id", form.id, NameKind{local_id_bytes_max},
        {.title = "Id", .description = "An earlier task of this request, by its id there."}
    );
    visitor.optional(
        "task_id", form.task_id, UuidKind{},
        {.title = "Task", .description = "Instead: a task that exists already."}
    );
    visitor.optional(
        "condition", form.condition, EnumKind{link_condition_names},
        {.title = "Condition",
         .description = "What is asked of its end. Unmet, on_success fails the task and on_failure "
                        "skips it.",
         .fallback = R"("on_success")"}
    );
    visitor.optional(
        "requires_success", form.requires_success, FlagKind{},
        {.title = "Requires success",
         .description = "The older form: true is on_success, false is always."}
    );
}

} // namespace

void TaskDependencyKind::read(const Value& value, TaskDependency& out) const
{
    DependencyForm form;
    const std::size_t before = value.problems.count();
    OpenObjectKind<DependencyForm>{}.read(value, form);
    if (value.problems.count() != before)
        return;
    if (!form.id && !form.task_id)
        value.problems.add(Path(value.path, "id"), "is required");
    if (form.id && form.task_id)
        value.problems.add(Path(value.path, "task_id"), "cannot be given beside id");
    std::optional<LinkCondition> older;
    if (form.requires_success)
        older = *form.requires_success ? LinkCondition::on_success : LinkCondition::always;
    if (older && form.condition && *older != *form.condition)
        value.problems.add(
            Path(value.path, "condition"), "says something else than requires_success"
        );
    out.local = std::move(form.id).value_or("");
    out.task = std::move(form.task_id).value_or("");
    out.condition = form.condition.value_or(older.value_or(LinkCondition::on_success));
}

Json TaskDependencyKind::schema() const
{
    return OpenObjectKind<DependencyForm>{}.schema();
}

} // namespace sluice
