// SPDX-License-Identifier: Apache-2.0
// The readers of wire.h.
#include "api/wire.h"

#include "model/object_uri.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view local_root = "/pfs/";

// Takes members of an object out; the first one that is missing or of another type is the error.
class Members {
public:
    Members(const Json& json, std::string_view what) : json_(json), what_(what)
    {
        if (!json.is_object())
            fail("it is not an object");
    }

    std::string text(std::string_view key)
    {
        const Json* member = find(key, Need::required);
        if (member && !member->is_string())
            fail(fmt::format("'{}' is not text", key));
        return member && member->is_string() ? member->get<std::string>() : "";
    }

    std::string optional_text(std::string_view key)
    {
        const Json* member = find(key, Need::optional);
        return member && member->is_string() ? member->get<std::string>() : "";
    }

    std::int64_t integer(std::string_view key)
    {
        const Json* member = find(key, Need::required);
        if (member && !member->is_number_integer())
            fail(fmt::format("'{}' is not a whole number", key));
        return member && member->is_number_integer() ? member->get<std::int64_t>() : 0;
    }

    Time time(std::string_view key)
    {
        const Result<Time> time = parse_time(text(key));
        if (!time)
            fail(fmt::format("'{}' is not a time", key));
        return time ? *time : Time{};
    }

    std::optional<Time> optional_time(std::string_view key)
    {
        const Json* member = find(key, Need::optional);
        return member ? std::optional<Time>(time(key)) : std::nullopt;
    }

    // The member, or null.
    const Json& any(std::string_view key)
    {
        static const Json null;
        const Json* member = find(key, Need::optional);
        return member ? *member : null;
    }

    template <class T>
    T word(std::string_view key, std::optional<T> (*parse)(std::string_view))
    {
        const std::string given = text(key);
        const std::optional<T> value = parse(given);
        if (!value)
            fail(fmt::format("'{}' has the unknown value '{}'", key, given));
        return value.value_or(T{});
    }

    template <class T>
    std::vector<T> list(std::string_view key, Result<T> (*read)(const Json&))
    {
        std::vector<T> items;
        const Json& member = any(key);
        if (!member.is_array())
            fail(fmt::format("'{}' is not a list", key));
        for (std::size_t i = 0; member.is_array() && i < member.size(); ++i)
            if (std::optional<T> item = take(read(member[i])))
                items.push_back(std::move(*item));
        return items;
    }

    template <class T>
    std::optional<T> take(Result<T> result)
    {
        if (result)
            return std::move(*result);
        if (!error_)
            error_ = result.error();
        return std::nullopt;
    }

    template <class T>
    Result<T> finish(T value)
    {
        if (error_)
            return *error_;
        return value;
    }

private:
    enum class Need : std::uint8_t { required, optional };

    const Json* find(std::string_view key, Need need)
    {
        if (error_)
            return nullptr;
        const auto member = json_.find(key);
        const bool there = member != json_.end() && !member->is_null();
        if (!there && need == Need::required)
            fail(fmt::format("'{}' is missing", key));
        return there ? &*member : nullptr;
    }

    void fail(std::string_view why)
    {
        if (!error_)
            error_ = Error{Errc::corrupt, fmt::format("the server's {}: {}", what_, why)};
    }

    const Json& json_;
    std::string_view what_;
    std::optional<Error> error_;
};

Result<StatusCount> read_status_count(const Json& json)
{
    Members members(json, "count of datums");
    StatusCount count;
    count.status = members.word("status", datum_status);
    count.count = members.integer("count");
    count.rerunable_count = members.integer("rerunable_count");
    return members.finish(count);
}

Result<ClusterView> read_cluster_view(const Json& json)
{
    Members members(json, "view of a job on Kubernetes");
    ClusterView view;
    view.name_space = members.text("namespace");
    view.phase = members.text("phase");
    view.pods_pending = members.integer("pods_pending");
    view.pods_running = members.integer("pods_running");
    view.pods_failed = members.integer("pods_failed");
    view.trouble = members.optional_text("trouble");
    view.trouble_since = members.optional_time("trouble_since");
    return members.finish(std::move(view));
}

std::optional<AttemptEnd> attempt_end(std::string_view word)
{
    for (const AttemptEnd end :
         {AttemptEnd::failed, AttemptEnd::timed_out, AttemptEnd::rescued, AttemptEnd::returned})
        if (name(end) == word)
            return end;
    return std::nullopt;
}

Result<AttemptRow> read_attempt(const Json& json)
{
    Members members(json, "attempt");
    AttemptRow row;
    row.attempt = static_cast<int>(members.integer("attempt"));
    row.end = members.word("end", attempt_end);
    row.claimed_at = members.time("claimed_at");
    row.started_at = members.optional_time("started_at");
    row.finished_at = members.time("finished_at");
    row.error = members.optional_text("error_message");
    return members.finish(std::move(row));
}

std::optional<OutputState> output_state(std::string_view word)
{
    if (word == "running")
        return OutputState::registered;
    if (word == "done")
        return OutputState::uploaded;
    return word == "error" ? std::optional(OutputState::doomed) : std::nullopt;
}

Result<OutputRow> read_output(const Json& json)
{
    Members members(json, "output");
    OutputRow row;
    row.path = percent_decode(members.text("path"));
    row.state = members.word("status", output_state);
    return members.finish(std::move(row));
}

Result<InputFile> read_input_file(const Json& json)
{
    Members members(json, "input file");
    InputFile file;
    file.uri = members.text("uri");
    const std::string encoded = members.optional_text("local_path_encoded");
    file.local_path = encoded.empty() ? members.text("local_path") : percent_decode(encoded);
    if (file.local_path.starts_with(local_root))
        file.local_path.erase(0, local_root.size());
    return members.finish(std::move(file));
}

} // namespace

Result<Job> read_job(const Json& json)
{
    Members members(json, "job");
    Job job;
    job.id = members.text("id");
    job.job_name = members.text("job_name");
    job.status = members.word("status", job_status);
    job.paused = members.any("paused") == Json(true);
    job.created_at = members.time("created_at");
    job.updated_at = members.time("updated_at");
    job.finished_at = members.optional_time("finished_at");
    job.pipeline_spec = members.any("pipeline_spec");
    for (const Json& word : members.any("command"))
        job.command.push_back(word.is_string() ? word.get<std::string>() : dump_json(word));
    job.egress_uri = members.text("egress_uri");
    job.error = members.optional_text("error_message");
    if (std::string origin = members.optional_text("retry_of"); !origin.empty())
        job.origin = std::move(origin);

    Members datums(members.any("datums"), "job");
    job.counts.total = datums.integer("total");
    job.counts.succeeded = datums.integer("done");
    job.counts.failed = datums.integer("error");
    job.counts.canceled = datums.integer("canceled");
    job.running = datums.integer("running");
    members.take(datums.finish(job.running));
    return members.finish(std::move(job));
}

Result<Datum> read_datum(const Json& json)
{
    Members members(json, "datum");
    Datum datum;
    datum.id = members.text("id");
    datum.job_id = members.text("job_id");
    datum.status = members.word("status", datum_status);
    datum.created_at = members.time("created_at");
    datum.updated_at = members.time("updated_at");
    datum.started_at = members.optional_time("started_at");
    datum.error_message = members.optional_text("error_message");
    datum.node_name = members.optional_text("node_name");
    datum.pod_name = members.optional_text("pod_name");
    datum.backtrace = members.optional_text("backtrace");
    datum.output = members.optional_text("output");
    datum.attempted_run_count = static_cast<int>(members.integer("attempted_run_count"));
    datum.maximum_allowed_run_count =
        static_cast<int>(members.integer("maximum_allowed_run_count"));
    return members.finish(std::move(datum));
}

Result<JobDescription> read_job_description(const Json& json)
{
    Members members(json, "description of a job");
    JobDescription description;
    if (std::optional<Job> job = members.take(read_job(members.any("job"))))
        description.job = std::move(*job);
    description.datum_status_counts = members.list("datum_status_counts", read_status_count);
    description.running_datums = members.list("running_datums", read_datum);
    description.error_datums = members.list("error_datums", read_datum);
    if (const Json& cluster = members.any("kubernetes"); !cluster.is_null())
        description.cluster = members.take(read_cluster_view(cluster));
    return members.finish(std::move(description));
}

Result<DatumDescription> read_datum_description(const Json& json)
{
    Members members(json, "description of a datum");
    DatumDescription description;
    if (std::optional<Datum> datum = members.take(read_datum(members.any("datum"))))
        description.datum = std::move(*datum);
    description.input_files = members.list("input_files", read_input_file);
    description.attempts = members.list("attempts", read_attempt);
    description.outputs = members.list("outputs", read_output);
    return members.finish(std::move(description));
}

Result<Why> read_why(const Json& json)
{
    Members members(json, "reason");
    Why why;
    why.text = members.text("why");
    why.data = members.any("data");
    return members.finish(std::move(why));
}

Result<std::vector<InputFile>> read_input_files(const Json& json)
{
    const Json holder{{"input_files", json}};
    Members members(holder, "answer");
    std::vector<InputFile> files = members.list("input_files", read_input_file);
    return members.finish(std::move(files));
}

} // namespace sluice
