// SPDX-License-Identifier: Apache-2.0
#include "registered.h"

#include "gil.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace sluice::python {

namespace {

struct Registered {
    std::vector<RegisteredWorkflow> workflows; // in the order in which they came
    std::map<std::string, RegisteredTrigger> triggers;
    std::vector<std::weak_ptr<Host>> hosts;
};

Registered& registered()
{
    static auto* const made = new Registered;
    return *made;
}

} // namespace

// A Host that takes nothing any more says so, which is no concern of who registers.
void add(RegisteredWorkflow workflow)
{
    for (const std::shared_ptr<Host>& host : live_hosts())
        static_cast<void>(host->add(workflow));
    if (is_ending())
        return; // nobody would let go of it
    std::vector<RegisteredWorkflow>& all = registered().workflows;
    const WorkflowNamespace& name = workflow->definition.name;
    std::erase_if(all, [&name](const RegisteredWorkflow& known) {
        return known->definition.name == name;
    });
    all.push_back(std::move(workflow));
}

Recordings add(RegisteredTrigger trigger)
{
    Recordings recordings;
    for (const std::shared_ptr<Host>& host : live_hosts())
        recordings.push_back(host->add(trigger));
    if (is_ending())
        return recordings;
    std::string name = trigger->name;
    registered().triggers.insert_or_assign(std::move(name), std::move(trigger));
    return recordings;
}

Recordings add(const std::shared_ptr<Host>& host)
{
    Recordings recordings;
    for (const RegisteredWorkflow& workflow : registered().workflows)
        static_cast<void>(host->add(workflow));
    for (const auto& [name, trigger] : registered().triggers)
        recordings.push_back(host->add(trigger));
    registered().hosts.push_back(host);
    return recordings;
}

// One wait, so that the GIL is given back once.
bool are_answered(const Recordings& recordings)
{
    const Wait wait = [&recordings](Micros limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        return std::ranges::all_of(recordings, [deadline](const PendingPtr<bool>& recording) {
            const auto left = deadline - std::chrono::steady_clock::now();
            return recording->wait_for(std::max(std::chrono::ceil<Micros>(left), Micros(0)));
        });
    };
    return wait(Micros(0)) || wait_until(wait, {}) == Waited::done;
}

std::vector<std::shared_ptr<Host>> live_hosts()
{
    std::vector<std::shared_ptr<Host>> alive;
    std::erase_if(registered().hosts, [&alive](const std::weak_ptr<Host>& known) {
        std::shared_ptr<Host> host = known.lock();
        const bool is_gone = !host;
        if (host)
            alive.push_back(std::move(host));
        return is_gone;
    });
    return alive;
}

void forget_hosts()
{
    registered().hosts.clear();
}

// What goes with them may run code of the program, which may look in here.
void forget_registered()
{
    const std::vector<RegisteredWorkflow> workflows = std::exchange(registered().workflows, {});
    const auto triggers = std::exchange(registered().triggers, {});
}

} // namespace sluice::python
