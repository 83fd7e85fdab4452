// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/workflow/trigger_rule.h"
#include "model/workflow/workflow_definition.h"
#include "sluice/runner.h"
#include "sluice/workflow.h"
#include "workflows/body_attempt.h"
#include "workflows/followed_run.h"
#include "workflows/registration.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

class HostAccess;
class Waiting;

// The way from the layers to the private parts of the public values, and back.
struct Inside {
    // Of an object that model/workflow/context_check.h has found good.
    static Context context(const sluice::Json& object);

    // Of stored text; "" is the empty one. ContextError when it is damaged; `whose` names it.
    static Context stored_context(std::string_view text, std::string_view whose);

    // The text to store or to submit; "" for the empty one. ContextError when it is too large.
    static std::string
    context_text(const Context& context, std::string_view whose, std::size_t bytes_max);

    static Rule rule(TriggerRule rule);
    static const TriggerRule& rule(const Rule& rule);

    // Checks the definition, besides what is wrong already. Throws DefinitionError.
    static Workflow workflow(
        WorkflowDefinition definition, std::vector<std::shared_ptr<TaskBody>> bodies,
        std::vector<std::string> problems
    );
    static const RegisteredWorkflow& registration(const Workflow& workflow);

    static RunResult result(SharedReport report);
    static Handle handle(FollowedRunPtr run);
    static CronSchedules cron(std::shared_ptr<HostAccess> access);
    static Triggers triggers(std::shared_ptr<HostAccess> access);

    static Wait wait(std::shared_ptr<Waiting> waiting);

    // The handle of an attempt, for as long as its body runs.
    class HeldHandle {
    public:
        explicit HeldHandle(std::shared_ptr<BodyAttempt> body);
        ~HeldHandle();

        TaskHandle& get();

    private:
        struct Parts;
        std::unique_ptr<Parts> parts_;
    };
};

} // namespace sluice::workflows
