// SPDX-License-Identifier: Apache-2.0
#include "api/wire_worker.h"

#include "exec/attempt_log_format.h"
#include "model/kinds.h"

#include <cstring>

namespace sluice {

namespace {

using log_format::Record;

constexpr TextKind any_text{};
constexpr TextKind worker_name{1};
constexpr IntegerKind attempt_number{0, INT32_MAX};

constexpr EnumNames<DatumReport::Status, 2> report_names{
    {{DatumReport::Status::done, "done"}, {DatumReport::Status::error, "error"}}};
constexpr EnumNames<OutputChange::Status, 3> output_names{
    {{OutputChange::Status::running, "running"},
     {OutputChange::Status::done, "done"},
     {OutputChange::Status::error, "error"}}};

// Seconds that a long poll may last; zero is a plain question.
struct WaitKind {
    void read(const Value& value, std::chrono::seconds& out) const
    {
        std::int64_t seconds = 0;
        IntegerKind{0, 3600}.read(value, seconds);
        out = std::chrono::seconds(seconds);
    }
};

// Output that a command printed may hold NUL bytes, which TextKind refuses.
struct PrintedKind {
    void read(const Value& value, std::string& out) const
    {
        if (value.json.is_string())
            out = value.json.get<std::string>();
        else
            value.refuse_type("text");
    }
};

// An object of which other members are ignored. `read(ObjectReader&, T&)` names the known ones.
template <class T>
Checked<T> read_known(const Json& json, void (*read)(ObjectReader&, T&))
{
    Problems problems;
    const Path root;
    T out;
    ObjectReader reader(Value{json, root, problems});
    read(reader, out);
    if (!problems.empty())
        return problems.take();
    return out;
}

template <class T>
struct KnownKind {
    void (*read_members)(ObjectReader&, T&);

    void read(const Value& value, T& out) const
    {
        ObjectReader reader(value);
        read_members(reader, out);
    }
};

struct UriHolder {
    std::string uri;
};

void members_of_uri(ObjectReader& reader, UriHolder& out)
{
    reader.required("uri", out.uri, TextKind{1});
}

void members_of_change(ObjectReader& reader, OutputChange& out)
{
    reader.required("id", out.id, any_text);
    reader.required("status", out.status, EnumKind(output_names));
}

void members_of_report(ObjectReader& reader, DatumReport& out)
{
    reader.required("status", out.status, EnumKind(report_names));
    reader.optional("output", out.output, PrintedKind{});
    reader.optional("error_message", out.error_message, PrintedKind{});
    reader.optional("backtrace", out.backtrace, PrintedKind{});
}

Json with_attempt(Json json, std::int64_t attempt)
{
    if (attempt > 0)
        json["attempt"] = attempt;
    return json;
}

} // namespace

Json to_json(const ReserveRequest& request)
{
    return Json{
        {"node_name", request.node_name},
        {"pod_name", request.pod_name},
        {"prefetch", request.prefetch},
        {"wait", request.wait.count()}};
}

Checked<ReserveRequest> read_reserve_request(const Json& json)
{
    return read_known<ReserveRequest>(json, [](ObjectReader& reader, ReserveRequest& out) {
        reader.required("node_name", out.node_name, any_text);
        reader.required("pod_name", out.pod_name, worker_name);
        reader.optional("prefetch", out.prefetch, FlagKind{});
        reader.optional("wait", out.wait, WaitKind{});
    });
}

Json to_json(const LeaseRequest& request)
{
    Json json = with_attempt(Json{{"pod_name", request.pod_name}}, request.attempt);
    if (request.wait.count() > 0)
        json["wait"] = request.wait.count();
    if (!request.reason.empty())
        json["reason"] = request.reason;
    return json;
}

Checked<LeaseRequest> read_lease_request(const Json& json)
{
    return read_known<LeaseRequest>(json, [](ObjectReader& reader, LeaseRequest& out) {
        reader.required("pod_name", out.pod_name, worker_name);
        reader.optional("attempt", out.attempt, attempt_number);
        reader.optional("wait", out.wait, WaitKind{});
        reader.optional("reason", out.reason, any_text);
    });
}

Json to_json(const DatumReport& report)
{
    Json datum{{"status", report_names.name(report.status)}, {"output", report.output}};
    if (report.status == DatumReport::Status::error) {
        datum["error_message"] = report.error_message;
        datum["backtrace"] = report.backtrace;
    }
    Json json{{"pod_name", report.pod_name}, {"datum", std::move(datum)}};
    return with_attempt(std::move(json), report.attempt);
}

Checked<DatumReport> read_datum_report(const Json& json)
{
    return read_known<DatumReport>(json, [](ObjectReader& reader, DatumReport& out) {
        reader.required("pod_name", out.pod_name, worker_name);
        reader.optional("attempt", out.attempt, attempt_number);
        reader.required("datum", out, KnownKind<DatumReport>{members_of_report});
    });
}

Json to_json(const NewOutputs& outputs)
{
    Json files = Json::array();
    for (const std::string& uri : outputs.uris) {
        Json file = Json::object();
        file["uri"] = uri;
        files.push_back(std::move(file));
    }
    Json json{{"pod_name", outputs.pod_name}, {"output_files", std::move(files)}};
    return with_attempt(std::move(json), outputs.attempt);
}

Checked<NewOutputs> read_new_outputs(const Json& json)
{
    return read_known<NewOutputs>(json, [](ObjectReader& reader, NewOutputs& out) {
        std::vector<UriHolder> files;
        reader.required("pod_name", out.pod_name, worker_name);
        reader.optional("attempt", out.attempt, attempt_number);
        reader.required("output_files", files, ListKind{KnownKind<UriHolder>{members_of_uri}});
        for (UriHolder& file : files)
            out.uris.push_back(std::move(file.uri));
    });
}

Json to_json(const OutputChanges& changes)
{
    Json files = Json::array();
    for (const OutputChange& file : changes.files)
        files.push_back(Json{{"id", file.id}, {"status", output_names.name(file.status)}});
    Json json{{"pod_name", changes.pod_name}, {"output_files", std::move(files)}};
    return with_attempt(std::move(json), changes.attempt);
}

Checked<OutputChanges> read_output_changes(const Json& json)
{
    return read_known<OutputChanges>(json, [](ObjectReader& reader, OutputChanges& out) {
        reader.required("pod_name", out.pod_name, worker_name);
        reader.optional("attempt", out.attempt, attempt_number);
        reader.required(
            "output_files", out.files, ListKind{KnownKind<OutputChange>{members_of_change}}
        );
    });
}

std::string format_log_chunks(const std::vector<LogChunk>& chunks)
{
    std::string bytes;
    for (const LogChunk& chunk : chunks) {
        const Record record{
            to_micros(chunk.time), static_cast<std::uint32_t>(chunk.bytes.size()),
            static_cast<std::uint32_t>(chunk.stream)};
        bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
        bytes.append(chunk.bytes);
    }
    return bytes;
}

Result<std::vector<LogChunk>> parse_log_chunks(std::string_view bytes)
{
    std::vector<LogChunk> chunks;
    while (!bytes.empty()) {
        Record record{};
        if (bytes.size() >= sizeof record)
            std::memcpy(&record, bytes.data(), sizeof record);
        if (record.stream < 1 || record.stream > 3 || record.size == 0 ||
            record.size > log_format::record_bytes_max ||
            bytes.size() - sizeof record < record.size)
            return Error{Errc::invalid, "the body is not a whole number of log records"};
        chunks.push_back(
            {from_micros(record.time), static_cast<OutputStream>(record.stream),
             std::string(bytes.substr(sizeof record, record.size))}
        );
        bytes.remove_prefix(sizeof record + record.size);
    }
    return chunks;
}

} // namespace sluice
