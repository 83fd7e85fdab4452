// SPDX-License-Identifier: Apache-2.0
#include "api/wire_task_read.h"

#include "api/trigger_words.h"
#include "model/task/task_kinds.h"
#include "model/task/task_request.h"

#include <fmt/format.h>

#include <climits>

namespace sluice {

template <class Visitor>
void describe(Visitor& visitor, ReportedCounts& counts)
{
    visitor.optional(
        "new_success", counts.success, IntegerKind{0},
        {.title = "New successes", .description = "Added to `success`.", .fallback = "0"}
    );
    visitor.optional(
        "new_failures", counts.failures, IntegerKind{0},
        {.title = "New failures", .description = "Added to `failures`.", .fallback = "0"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, RedeliverFilter& filter)
{
    visitor.optional(
        "task_id", filter.task, UuidKind{},
        {.title = "Task", .description = "Only those of this task."}
    );
    visitor.optional(
        "batch_id", filter.batch, UuidKind{},
        {.title = "Batch", .description = "Only those of this batch."}
    );
    visitor.optional(
        "trigger", filter.trigger, EnumKind{trigger_words},
        {.title = "Trigger", .description = "Only those of these actions."}
    );
}

template <class Visitor>
void describe(Visitor& visitor, RulesEdit& edit)
{
    visitor.required(
        "kind", edit.kind, NameKind{kind_bytes_max},
        {.title = "Kind", .description = "The tasks of exactly this kind."}
    );
    visitor.required(
        "rules", edit.rules, ListKind{TaskRuleKind{}},
        {.title = "Rules", .description = "They take the place of the old; none: an empty list."}
    );
}

namespace {

constexpr std::string_view cut_mark = "… (cut)";

constexpr EnumNames<TaskState, 2> outcome_names{
    {{TaskState::succeeded, "Success"}, {TaskState::failed, "Failure"}}};

// A reason that is too long is worth more than none.
struct FailureReasonKind {
    void read(const Value& value, std::string& out) const
    {
        TextKind{}.read(value, out);
        out = cut_text(std::move(out), failure_reason_bytes_max);
    }
    Json schema() const { return TextKind{}.schema(); }
};

struct UpdateForm {
    std::optional<TaskState> status;
    std::optional<std::int64_t> success, failures, expected_count, priority, attempt;
    std::optional<std::string> failure_reason;
    std::optional<Json> metadata;
    std::optional<Time> scheduled_at;
};

template <class Visitor>
void describe_report(Visitor& visitor, UpdateForm& form)
{
    visitor.optional(
        "status", form.status, EnumKind{outcome_names},
        {.title = "Status", .description = "How the attempt ended; a Failure needs a reason."}
    );
    visitor.optional(
        "new_success", form.success, IntegerKind{0},
        {.title = "New successes", .description = "Added to `success`."}
    );
    visitor.optional(
        "new_failures", form.failures, IntegerKind{0},
        {.title = "New failures", .description = "Added to `failures`."}
    );
    visitor.optional(
        "failure_reason", form.failure_reason, FailureReasonKind{},
        {.title = "Failure reason", .description = "More than 64 KiB are cut, with a mark."}
    );
    visitor.optional(
        "attempt", form.attempt, IntegerKind{1, INT_MAX},
        {.title = "Attempt",
         .description = "Who reports: refused when another attempt is the current one."}
    );
}

template <class Visitor>
void describe_edit(Visitor& visitor, UpdateForm& form)
{
    using Limits = TaskLimits;
    visitor.optional(
        "metadata", form.metadata, AnyJsonKind{Limits::metadata_bytes_max},
        {.title = "Metadata", .description = "Takes the place of the old; null changes nothing."}
    );
    visitor.optional(
        "expected_count", form.expected_count, IntegerKind{0},
        {.title = "Expected count", .description = "How many reports it will make."}
    );
    visitor.optional(
        "priority", form.priority, IntegerKind{-Limits::priority_max, Limits::priority_max},
        {.title = "Priority", .description = "Its place in the queue changes at once."}
    );
    visitor.optional(
        "scheduled_at", form.scheduled_at, TimeKind{},
        {.title = "Scheduled at", .description = "It does not start before this time."}
    );
}

template <class Visitor>
void describe(Visitor& visitor, UpdateForm& form)
{
    describe_report(visitor, form);
    describe_edit(visitor, form);
}

bool is_blank(const std::optional<std::string>& text)
{
    return !text || text->find_first_not_of(" \t\r\n") == std::string::npos;
}

UpdateTask to_update(UpdateForm form)
{
    UpdateTask update;
    update.attempt = static_cast<int>(form.attempt.value_or(0));
    update.end = form.status;
    update.success = form.success;
    update.failures = form.failures;
    update.failure_reason = std::move(form.failure_reason);
    if (form.metadata)
        update.metadata = dump_json(*form.metadata);
    update.expected_count = form.expected_count;
    if (form.priority)
        update.priority = static_cast<int>(*form.priority);
    update.scheduled_at = form.scheduled_at;
    return update;
}

template <class T>
void read_body(const Json& body, T& out, Problems& problems)
{
    const Path root;
    OpenObjectKind<T>{}.read(Value{body, root, problems}, out);
}

} // namespace

Checked<UpdateTask> read_task_update(const Json& body)
{
    UpdateForm form;
    Problems problems;
    read_body(body, form, problems);
    const Path root;
    if (problems.empty() && form.status == TaskState::failed && is_blank(form.failure_reason))
        problems.add(Path(root, "failure_reason"), "is required with the status Failure");
    if (!problems.empty())
        return problems.take();
    return to_update(std::move(form));
}

Json task_update_schema()
{
    return OpenObjectKind<UpdateForm>{}.schema();
}

Checked<ReportedCounts> read_counts(const Json& body)
{
    ReportedCounts counts;
    Problems problems;
    read_body(body, counts, problems);
    const Path root;
    if (problems.empty() && counts.success == 0 && counts.failures == 0)
        problems.add(Path(root, "new_success"), "this or new_failures must be above zero");
    if (!problems.empty())
        return problems.take();
    return counts;
}

Json counts_schema()
{
    return OpenObjectKind<ReportedCounts>{}.schema();
}

Checked<RulesEdit> read_rules_edit(const Json& body)
{
    RulesEdit edit;
    Problems problems;
    read_body(body, edit, problems);
    const Path root;
    const Path list(root, "rules");
    if (edit.rules.size() > TaskLimits::rules_max)
        problems.add(
            list,
            fmt::format(
                "has {} rules, at most {} are accepted", edit.rules.size(), TaskLimits::rules_max
            )
        );
    if (!problems.empty())
        return problems.take();
    edit.document = dump_json(body.at("rules"));
    return edit;
}

Json rules_edit_schema()
{
    return OpenObjectKind<RulesEdit>{}.schema();
}

Checked<RedeliverFilter> read_redeliver_filter(const Json& body)
{
    RedeliverFilter filter;
    Problems problems;
    read_body(body, filter, problems);
    if (!problems.empty())
        return problems.take();
    return filter;
}

Json redeliver_filter_schema()
{
    return OpenObjectKind<RedeliverFilter>{}.schema();
}

std::string cut_text(std::string text, std::size_t bytes_max)
{
    if (text.size() <= bytes_max)
        return text;
    std::size_t end = bytes_max - cut_mark.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    text.resize(end);
    return text.append(cut_mark);
}

} // namespace sluice
