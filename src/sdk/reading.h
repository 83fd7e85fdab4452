// SPDX-License-Identifier: Apache-2.0
// Answers become results. Members that nobody knows are ignored, so that older clients and newer
// servers understand each other. What cannot be read is an Error that names its place.
#pragma once

#include "base/json.h"
#include "sdk/sender.h"
#include "sluice/history.h"
#include "sluice/page.h"
#include "sluice/results.h"
#include "sluice/stored.h"

namespace sluice::client {

using Value = sluice::Json;

Value body_of(const Answer& answer);
[[noreturn]] void unreadable(const std::string& place, std::string_view wanted);

// --- each kind of value -------------------------------------------------------------------------

void read(const Value& value, const std::string& place, std::string& out);
void read(const Value& value, const std::string& place, bool& out);
void read(const Value& value, const std::string& place, int& out);
void read(const Value& value, const std::string& place, std::int64_t& out);
void read(const Value& value, const std::string& place, std::chrono::seconds& out);
void read(const Value& value, const std::string& place, Time& out);
void read(const Value& value, const std::string& place, Json& out);
void read(const Value& value, const std::string& place, Status& out);

void read(const Value& value, const std::string& place, StatusCounts& out);
void read(const Value& value, const std::string& place, LightTask& out);
void read(const Value& value, const std::string& place, TaskAction& out);
void read(const Value& value, const std::string& place, Task& out);
void read(const Value& value, const std::string& place, BatchCounts& out);
void read(const Value& value, const std::string& place, ListedBatch& out);
void read(const Value& value, const std::string& place, GroupCounts& out);
void read(const Value& value, const std::string& place, ListedGroup& out);
void read(const Value& value, const std::string& place, Link& out);
void read(const Value& value, const std::string& place, Dag& out);
void read(const Value& value, const std::string& place, Stopped& out);
void read(const Value& value, const std::string& place, Paused& out);
void read(const Value& value, const std::string& place, Delivery& out);
void read(const Value& value, const std::string& place, TimelineEvent& out);
void read(const Value& value, const std::string& place, Timeline& out);
void read(const Value& value, const std::string& place, UnfinishedParent& out);
void read(const Value& value, const std::string& place, HoldingRule& out);
void read(const Value& value, const std::string& place, Why& out);
void read(const Value& value, const std::string& place, AuditLine& out);
void read(const Value& value, const std::string& place, StoredRule& out);
void read(const Value& value, const std::string& place, StoredAction& out);
void read(const Value& value, const std::string& place, Schedule& out);
void read(const Value& value, const std::string& place, ScheduleRun& out);
void read(const Value& value, const std::string& place, Health& out);
void read(const Value& value, const std::string& place, Readiness& out);
void read(const Value& value, const std::string& place, Version& out);

template <class T>
void read(const Value& value, const std::string& place, std::vector<T>& out)
{
    if (!value.is_array())
        unreadable(place, "a list");
    for (std::size_t i = 0; i < value.size(); ++i)
        read(value[i], place + "[" + std::to_string(i) + "]", out.emplace_back());
}

// The members of an object, by name. What is optional may be null, or absent. It borrows both.
class MemberReader {
public:
    MemberReader(const Value& value, const std::string& place);

    template <class T>
    void operator()(std::string_view name, T& out) const
    {
        const Value* member = find(name);
        if (!member)
            unreadable(place_of(name), "a value");
        read(*member, place_of(name), out);
    }

    template <class T>
    void operator()(std::string_view name, std::optional<T>& out) const
    {
        const Value* member = find(name);
        if (member && !member->is_null())
            read(*member, place_of(name), out.emplace());
    }

private:
    const Value* find(std::string_view name) const;
    std::string place_of(std::string_view name) const;

    const Value& value_;
    const std::string& place_;
};

// --- whole answers ------------------------------------------------------------------------------

template <class T>
T read_answer(const Answer& answer)
{
    T out;
    read(body_of(answer), "", out);
    return out;
}

// A member of an answer that has nothing else to say.
std::int64_t read_number(const Answer& answer, std::string_view member);

// The query of the page that follows. Of the link only that counts: where the server is, and what
// opens it, we know.
std::optional<std::string> next_query(const Answer& answer);

template <class T>
Page<T> read_page(
    const std::shared_ptr<const Sender>& sender, const std::string& path, const std::string& query
)
{
    const Answer answer = sender->send(get_call(path, query));
    Page<T> page;
    page.items = read_answer<std::vector<T>>(answer);
    if (const auto following = next_query(answer))
        page.next = [=] { return read_page<T>(sender, path, *following); };
    return page;
}

template <class T>
Listing<T> read_listing(std::shared_ptr<const Sender> sender, std::string path, std::string query)
{
    return Listing<T>([=] { return read_page<T>(sender, path, query); });
}

} // namespace sluice::client
