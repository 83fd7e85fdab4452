// SPDX-License-Identifier: Apache-2.0
#include "kube/watch_lines.h"

#include "base/text.h"

namespace sluice {

namespace {

constexpr std::size_t page_bytes_max = 256u << 20; // the client's limit is lower

std::string text(const Json& object, const char* key)
{
    if (!object.is_object())
        return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& member(const Json& object, const char* key)
{
    static const Json nothing;
    if (!object.is_object())
        return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

Error no_event()
{
    return {Errc::corrupt, "watch of Kubernetes: a line is no event"};
}

} // namespace

Result<WatchLine> read_watch_line(std::string_view line, WatchEvents::Of kind)
{
    const Result<Json> event = parse_json(line);
    if (!event)
        return no_event();
    const std::string type = text(*event, "type");
    const Json& object = member(*event, "object");
    WatchLine read;
    if (type == "ERROR") {
        read.kind = WatchLine::Kind::error;
        const Json& code = member(object, "code");
        read.code = code.is_number_integer() ? code.get<int>() : 0;
        read.message = text(object, "message");
        return read;
    }
    read.version = text(member(object, "metadata"), "resourceVersion");
    if (type == "BOOKMARK")
        return read;
    if (type != "ADDED" && type != "MODIFIED" && type != "DELETED")
        return no_event();
    read.kind = type == "DELETED" ? WatchLine::Kind::gone : WatchLine::Kind::seen;
    if (kind == WatchEvents::Of::jobs) {
        Result<SeenJob> job = read_seen_job(object);
        if (!job)
            return job.error();
        read.job = std::move(*job);
    } else {
        Result<SeenPod> pod = read_seen_pod(object);
        if (!pod)
            return pod.error();
        read.pod = std::move(*pod);
    }
    return read;
}

Result<ListPage> read_list_page(std::string_view body, WatchEvents::Of kind)
{
    JsonLimits limits;
    limits.bytes_max = page_bytes_max;
    const Result<Json> list = parse_json(body, limits);
    if (!list)
        return Error{Errc::corrupt, "list of Kubernetes: " + list.error().detail};
    const Json& meta = member(*list, "metadata");
    const Json& items = member(*list, "items");
    ListPage page;
    page.version = text(meta, "resourceVersion");
    page.next_page = text(meta, "continue");
    if (page.version.empty())
        return Error{Errc::corrupt, "list of Kubernetes: it has no resourceVersion"};
    if (!items.is_array()) // null when there are none
        return page;
    for (const Json& item : items) {
        // What cannot be read is left out: the others matter more.
        if (kind == WatchEvents::Of::jobs) {
            Result<SeenJob> job = read_seen_job(item);
            if (job)
                page.jobs.push_back(std::move(*job));
        } else {
            Result<SeenPod> pod = read_seen_pod(item);
            if (pod)
                page.pods.push_back(std::move(*pod));
        }
    }
    return page;
}

LineCutter::Took LineCutter::take(std::string_view piece)
{
    for (;;) {
        const std::size_t end = piece.find('\n');
        if (begun_.size() + std::min(end, piece.size()) > bytes_max_)
            return Took::too_long;
        if (end == std::string_view::npos) {
            begun_.append(piece);
            return Took::all;
        }
        begun_.append(piece.substr(0, end));
        piece.remove_prefix(end + 1);
        const std::string line = std::exchange(begun_, {});
        if (!trim(line).empty() && !on_line_(line))
            return Took::enough;
    }
}

} // namespace sluice
