// SPDX-License-Identifier: Apache-2.0
#include "api/wire_event.h"

#include "model/task/task_words.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr int retry_ms = 1000; // a client that has lost its connection comes again after this

Json event_json(const FeedEvent& event, const SpellId& spell)
{
    const TaskLabel& label = event.label;
    return Json{
        {"task_id", spell(UidKind::task, label.run_created_at, label.task.value)},
        {"batch_id", spell(UidKind::run, label.run_created_at, label.run.value)},
        {"kind", label.kind},
        {"name", label.name},
        {"from", event.move.from ? Json(task_status_names.name(*event.move.from)) : Json()},
        {"to", task_status_names.name(event.move.to)},
        {"at", format_time(event.at)}};
}

} // namespace

bool EventFilter::matches(const FeedEvent& event) const
{
    return (!run || *run == event.label.run) && (!task || *task == event.label.task) &&
           (kind.empty() || kind == event.label.kind);
}

std::string event_text(const FeedEvent& event, const SpellId& spell)
{
    return fmt::format(
        "id: {}\nevent: task\ndata: {}\n\n", format_place(event.place),
        dump_json(event_json(event, spell))
    );
}

std::string place_text(const FeedPlace& place)
{
    return fmt::format("id: {}\n\n", format_place(place));
}

std::string greeting_text(const FeedPlace& place, bool is_reset)
{
    std::string text = fmt::format("retry: {}\nid: {}\n", retry_ms, format_place(place));
    if (is_reset)
        text += "event: reset\ndata: {}\n";
    return text + "\n";
}

} // namespace sluice
