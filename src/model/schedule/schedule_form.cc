// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/schedule_form.h"

#include "base/text.h"
#include "model/duration.h"
#include "model/schedule/schedule_form_fields.h"

#include <fmt/format.h>

namespace sluice {

namespace {

const EnumNames<Catchup, 3>& catchup_words()
{
    static const EnumNames<Catchup, 3> words{
        {{Catchup::none, name(Catchup::none)},
         {Catchup::skip, name(Catchup::skip)},
         {Catchup::run_all, name(Catchup::run_all)}}};
    return words;
}

// Whether the members that are there go together, whatever they hold.
void check_members(const ScheduleForm& form, const Value& document)
{
    std::vector<std::string> given;
    if (form.cron)
        given.emplace_back("'cron'");
    if (form.every)
        given.emplace_back("'every'");
    if (form.at)
        given.emplace_back("'at'");
    if (given.size() != 1)
        document.refuse(fmt::format(
            "needs one of 'cron', 'every' and 'at', not {}",
            given.empty() ? "none of them" : join(given, " and ")
        ));
    if (form.zone && !form.cron && !given.empty())
        document.problems.add(
            Path(document.path, "timezone"),
            fmt::format("belongs to 'cron'; {} depends on no zone", given[0])
        );
}

Schedule make_schedule(const ScheduleForm& form)
{
    Schedule schedule{.ticks = SingleTick{form.at.value_or(Time{})}};
    if (form.cron)
        schedule.ticks = CronTicks{*form.cron, form.zone.value_or(Zone())};
    else if (form.every)
        schedule.ticks = EveryTicks{*form.every};
    schedule.start = form.start;
    schedule.end = form.end;
    schedule.jitter = form.jitter;
    return schedule;
}

} // namespace

Schedule to_schedule(const ScheduleForm& form, const Value& document)
{
    if (document.json.is_object())
        check_members(form, document);
    if (!document.problems.empty())
        return {};
    if (form.start && form.end && *form.end <= *form.start) {
        document.problems.add(Path(document.path, "end"), "must be later than 'start'");
        return {};
    }
    Schedule schedule = make_schedule(form);
    if (!next_tick(schedule, Time::min()))
        document.refuse("never fires: there is no tick from 'start' to before 'end'");
    return schedule;
}

CatchupRule catchup_rule(const ScheduleForm& form)
{
    return {.policy = form.catchup, .ticks_max = static_cast<int>(form.catchup_max)};
}

void JitterKind::read(const Value& value, std::chrono::seconds& out) const
{
    if (value.json == 0) {
        out = std::chrono::seconds(0);
        return;
    }
    DurationKind{}.read(value, out);
    if (out > ScheduleLimits::jitter_max)
        value.refuse(fmt::format("must be at most {}", format_duration(ScheduleLimits::jitter_max))
        );
}

Json JitterKind::schema() const
{
    Json schema = DurationKind{}.schema();
    schema["minimum"] = 0;
    schema["maximum"] = ScheduleLimits::jitter_max.count();
    return schema;
}

void CatchupKind::read(const Value& value, Catchup& out) const
{
    EnumKind{catchup_words()}.read(value, out);
}

Json CatchupKind::schema() const
{
    return EnumKind{catchup_words()}.schema();
}

} // namespace sluice
