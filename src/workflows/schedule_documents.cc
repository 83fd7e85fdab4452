// SPDX-License-Identifier: Apache-2.0
#include "workflows/schedule_documents.h"

#include "base/json.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

// Members of a stored document. Those that may be absent are nothing then.
class Members {
public:
    explicit Members(std::string_view text)
    {
        Result<Json> json = parse_json(text);
        is_good_ = json && json->is_object();
        if (is_good_)
            json_ = std::move(*json);
    }

    std::string text(const char* key) { return may_be_text(key).value_or(std::string()); }

    std::optional<Time> time(const char* key)
    {
        const std::optional<std::string> text = may_be_text(key);
        if (!text)
            return std::nullopt;
        const Result<Time> time = parse_time(*text);
        is_good_ = is_good_ && time;
        return time ? std::optional(*time) : std::nullopt;
    }

    Micros micros(const char* key)
    {
        const Json* found = find(key);
        if (!found)
            return Micros{0};
        is_good_ = is_good_ && found->is_number_integer();
        return found->is_number_integer() ? Micros{found->get<std::int64_t>()} : Micros{0};
    }

    bool flag(const char* key)
    {
        const Json* found = find(key);
        is_good_ = is_good_ && (!found || found->is_boolean());
        return found && found->is_boolean() && found->get<bool>();
    }

    void expect(bool is_so) { is_good_ = is_good_ && is_so; }
    bool is_good() const { return is_good_; }

private:
    const Json* find(const char* key) const
    {
        const auto found = json_.find(key);
        return found == json_.end() ? nullptr : &*found;
    }

    std::optional<std::string> may_be_text(const char* key)
    {
        const Json* found = find(key);
        is_good_ = is_good_ && (!found || found->is_string());
        if (!found || !found->is_string())
            return std::nullopt;
        return found->get<std::string>();
    }

    Json json_ = Json::object();
    bool is_good_ = true;
};

Result<CronTicks> cron_ticks(std::string_view expression, std::string_view timezone)
{
    Result<Cron> cron = parse_cron(expression);
    if (!cron)
        return cron.error();
    Result<Zone> zone = find_zone(timezone);
    if (!zone)
        return zone.error();
    return CronTicks{*cron, std::move(*zone)};
}

} // namespace

std::string format_document(const CronDocument& document)
{
    Json json = Json::object();
    json["workflow"] = document.workflow;
    json["namespace"] = document.workflow_namespace;
    json["cron"] = document.expression;
    json["timezone"] = document.timezone;
    json["catchup"] = std::string(name(document.catchup));
    if (document.start)
        json["start"] = format_time(*document.start);
    if (document.end)
        json["end"] = format_time(*document.end);
    return dump_json(json);
}

std::string format_document(const TriggerDocument& document)
{
    Json json = Json::object();
    json["workflow"] = document.workflow;
    json["namespace"] = document.workflow_namespace;
    if (document.cron.empty()) {
        json["interval_us"] = document.interval.count();
    } else {
        json["cron"] = document.cron;
        json["timezone"] = document.timezone;
    }
    json["allow_concurrent"] = document.allow_concurrent;
    return dump_json(json);
}

Result<CronDocument> read_cron_document(std::string_view text)
{
    Members members(text);
    CronDocument document;
    document.workflow = members.text("workflow");
    document.workflow_namespace = members.text("namespace");
    document.expression = members.text("cron");
    document.timezone = members.text("timezone");
    const std::optional<Catchup> policy = catchup(members.text("catchup"));
    members.expect(policy.has_value());
    document.catchup = policy.value_or(Catchup::skip);
    document.start = members.time("start");
    document.end = members.time("end");
    if (!members.is_good())
        return Error{Errc::corrupt, "a stored schedule cannot be read"};
    return document;
}

Result<TriggerDocument> read_trigger_document(std::string_view text)
{
    Members members(text);
    TriggerDocument document;
    document.workflow = members.text("workflow");
    document.workflow_namespace = members.text("namespace");
    document.interval = members.micros("interval_us");
    document.cron = members.text("cron");
    if (!document.cron.empty())
        document.timezone = members.text("timezone");
    document.allow_concurrent = members.flag("allow_concurrent");
    members.expect(document.interval > Micros{0} || !document.cron.empty());
    if (!members.is_good())
        return Error{Errc::corrupt, "a stored trigger cannot be read"};
    return document;
}

std::string key_of(const CronDocument& document)
{
    return dump_json(
        Json::array({document.workflow_namespace, document.expression, document.timezone})
    );
}

Result<Schedule> timing_of(const CronDocument& document)
{
    Result<CronTicks> ticks = cron_ticks(document.expression, document.timezone);
    if (!ticks)
        return ticks.error();
    if (document.start && document.end && *document.end <= *document.start)
        return Error{
            Errc::invalid, fmt::format(
                               "end: must be later than the start, {}, not {}",
                               format_time(*document.start), format_time(*document.end)
                           )};
    Schedule timing{.ticks = std::move(*ticks)};
    timing.start = document.start;
    timing.end = document.end;
    return timing;
}

Result<Schedule> timing_of(const TriggerDocument& document)
{
    Result<CronTicks> ticks = cron_ticks(document.cron, document.timezone);
    if (!ticks)
        return ticks.error();
    return Schedule{.ticks = std::move(*ticks)};
}

} // namespace sluice
