// SPDX-License-Identifier: Apache-2.0
#include "api/wire.h"

#include "api/named_uid.h"
#include "api/wire_values.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view local_root = "/pfs/";

Json datums_json(const std::vector<Datum>& datums)
{
    Json list = Json::array();
    for (const Datum& datum : datums)
        list.push_back(to_json(datum));
    return list;
}

// "running" until the upload is over, as in falconeri.
std::string_view status_of(OutputState state)
{
    switch (state) {
    case OutputState::registered:
        return "running";
    case OutputState::uploaded:
        return "done";
    case OutputState::doomed:
        break;
    }
    return "error";
}

Json attempts_json(const std::vector<AttemptRow>& attempts)
{
    Json list = Json::array();
    for (const AttemptRow& row : attempts)
        list.push_back(Json{
            {"attempt", row.attempt},
            {"end", name(row.end)},
            {"claimed_at", format_time(row.claimed_at)},
            {"started_at", time_or_null(row.started_at)},
            {"finished_at", format_time(row.finished_at)},
            {"error_message", text_or_null(row.error)}});
    return list;
}

} // namespace

Json to_json(const Job& job)
{
    const std::int64_t waiting = job.counts.total - job.counts.final() - job.running;
    return Json{
        {"id", job.id},
        {"created_at", format_time(job.created_at)},
        {"updated_at", format_time(job.updated_at)},
        {"finished_at", time_or_null(job.finished_at)},
        {"status", name(job.status)},
        {"paused", job.paused},
        {"job_name", job.job_name},
        {"command", job.command},
        {"egress_uri", job.egress_uri},
        {"error_message", text_or_null(job.error)},
        {"retry_of", job.origin ? Json(*job.origin) : Json()},
        {"datums",
         {{"total", job.counts.total},
          {"ready", std::max<std::int64_t>(waiting, 0)},
          {"running", job.running},
          {"done", job.counts.succeeded},
          {"error", job.counts.failed},
          {"canceled", job.counts.canceled}}},
        {"pipeline_spec", job.pipeline_spec}};
}

Json to_json(const Datum& datum)
{
    return Json{
        {"id", datum.id},
        {"created_at", format_time(datum.created_at)},
        {"updated_at", format_time(datum.updated_at)},
        {"started_at", time_or_null(datum.started_at)},
        {"status", name(datum.status)},
        {"job_id", datum.job_id},
        {"error_message", text_or_null(datum.error_message)},
        {"node_name", text_or_null(datum.node_name)},
        {"pod_name", text_or_null(datum.pod_name)},
        {"backtrace", text_or_null(datum.backtrace)},
        {"output", text_or_null(datum.output)},
        {"attempted_run_count", datum.attempted_run_count},
        {"maximum_allowed_run_count", datum.maximum_allowed_run_count}};
}

namespace {

Json cluster_json(const ClusterView& cluster)
{
    return Json{
        {"namespace", cluster.name_space},
        {"phase", cluster.phase},
        {"pods_pending", cluster.pods_pending},
        {"pods_running", cluster.pods_running},
        {"pods_failed", cluster.pods_failed},
        {"trouble", text_or_null(cluster.trouble)},
        {"trouble_since", time_or_null(cluster.trouble_since)}};
}

} // namespace

Json to_json(const JobDescription& description)
{
    Json counts = Json::array();
    for (const StatusCount& count : description.datum_status_counts)
        counts.push_back(Json{
            {"status", name(count.status)},
            {"count", count.count},
            {"rerunable_count", count.rerunable_count}});
    Json json{
        {"job", to_json(description.job)},
        {"datum_status_counts", std::move(counts)},
        {"running_datums", datums_json(description.running_datums)},
        {"error_datums", datums_json(description.error_datums)}};
    if (description.cluster)
        json["kubernetes"] = cluster_json(*description.cluster);
    return json;
}

Json to_json(const DatumDescription& description)
{
    Json outputs = Json::array();
    for (const OutputRow& row : description.outputs)
        outputs.push_back(Json{{"path", percent_encode(row.path)}, {"status", status_of(row.state)}}
        );
    return Json{
        {"datum", to_json(description.datum)},
        {"input_files", input_files_json(description.datum, description.input_files)},
        {"attempts", attempts_json(description.attempts)},
        {"outputs", std::move(outputs)}};
}

Json to_json(const Why& why)
{
    return Json{{"why", why.text}, {"data", why.data}};
}

Json input_files_json(const Datum& datum, const std::vector<InputFile>& files)
{
    Json list = Json::array();
    for (const InputFile& file : files) {
        Json item{
            {"id", file_id(datum.id, FileSide::input, file.local_path)},
            {"created_at", format_time(datum.created_at)},
            {"datum_id", datum.id},
            {"job_id", datum.job_id},
            {"uri", file.uri},
            {"local_path", std::string(local_root) + file.local_path}};
        if (!is_utf8(file.local_path))
            item["local_path_encoded"] = std::string(local_root) + percent_encode(file.local_path);
        list.push_back(std::move(item));
    }
    return list;
}

Json output_files_json(const OutputPlace& place, const std::vector<OutputRow>& rows)
{
    Json list = Json::array();
    for (const OutputRow& row : rows)
        list.push_back(Json{
            {"id", file_id(place.datum_id, FileSide::output, row.path)},
            {"created_at", format_time(row.created_at)},
            {"updated_at", format_time(row.updated_at)},
            {"status", status_of(row.state)},
            {"job_id", place.job_id},
            {"datum_id", place.datum_id},
            {"uri", output_uri(place.egress, row.path)}});
    return list;
}

std::string file_id(std::string_view datum_id, FileSide side, std::string_view path)
{
    const std::string_view folder = side == FileSide::input ? "in/" : "out/";
    return named_uid(datum_id, std::string(folder).append(path));
}

std::string output_uri(ObjectUri egress, std::string_view path)
{
    egress.path.append(path);
    return format_uri(egress);
}

Result<std::string> output_path(const ObjectUri& egress, std::string_view uri)
{
    const Result<ObjectUri> given = parse_uri(uri);
    if (!given)
        return given.error();
    const bool is_below = given->scheme == egress.scheme && given->bucket == egress.bucket &&
                          given->path.starts_with(egress.path) &&
                          given->path.size() > egress.path.size();
    if (!is_below)
        return Error{
            Errc::invalid,
            fmt::format("must be below the egress '{}', not '{}'", format_uri(egress), uri)};
    return given->path.substr(egress.path.size());
}

} // namespace sluice
