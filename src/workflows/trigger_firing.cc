// SPDX-License-Identifier: Apache-2.0
#include "workflows/trigger_firing.h"

#include "base/text.h"
#include "model/workflow/context_check.h"
#include "store/store.h"
#include "workflows/context_hash.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

Result<TriggerContext>
trigger_context(std::string_view given, std::string_view trigger, std::size_t bytes_max)
{
    ContextLimits limits;
    limits.bytes_max = bytes_max;
    Result<std::string> text = context_to_store(
        given, fmt::format("the context of trigger '{}'", printable(trigger)), limits
    );
    if (!text)
        return text.error();
    std::string hash = context_hash(*text);
    return TriggerContext{std::move(*text), std::move(hash)};
}

// By what it was called when it was registered, or else by what that means now: its workflow may
// have been registered later than the trigger.
Async<Result<StoredWorkflowPtr>> TriggerFiring::workflow_of(const TriggerDocument& document)
{
    if (!document.workflow_namespace.empty()) {
        Result<StoredWorkflowPtr> found = co_await workflows_.find(document.workflow_namespace);
        if (found || found.error().code != Errc::not_found)
            co_return found;
    }
    Result<std::string> name = co_await namespace_of(store_, find_, document.workflow);
    if (!name)
        co_return name.error();
    co_return co_await workflows_.find(std::move(*name));
}

Async<Result<Submitted>> TriggerFiring::fire(StoredSchedule trigger, TriggerContext context, By by)
{
    const Result<TriggerDocument> document = read_trigger_document(trigger.document);
    if (!document)
        co_return document.error();
    if (document->workflow.empty())
        co_return Error{
            Errc::invalid,
            fmt::format("trigger '{}' starts no workflow", printable(trigger.row.name))};
    const Result<StoredWorkflowPtr> workflow = co_await workflow_of(*document);
    if (!workflow)
        co_return workflow.error();
    TriggerFire fire;
    fire.schedule = trigger.row.id;
    fire.version = by == By::function ? trigger.row.version : 0;
    fire.context_hash = std::move(context.hash);
    fire.may_be_active = document->allow_concurrent;
    Submit request =
        (*workflow)->submission.make((*workflow)->id, std::move(context.text), run_timeout_);
    request.fire = std::move(fire);
    co_return co_await store_.submit(std::move(request));
}

} // namespace sluice
