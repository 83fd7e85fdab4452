// SPDX-License-Identifier: Apache-2.0
#include "cli/show.h"

#include "api/wire.h"
#include "base/text.h"
#include "model/duration.h"

#include <fmt/format.h>

namespace sluice {

namespace {

bool is_document(OutputFormat format)
{
    return format == OutputFormat::json || format == OutputFormat::yaml;
}

// "2026-01-31 12:00:05"
std::string short_time(Time time)
{
    std::string text = format_time(time).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string time_or_dash(const std::optional<Time>& time)
{
    return time ? short_time(*time) : "-";
}

std::string age(Time from, Time to)
{
    return format_duration(
        std::chrono::duration_cast<std::chrono::seconds>(std::max(to - from, Time::duration(0)))
    );
}

std::string progress(const Job& job)
{
    std::string text = fmt::format("{}/{}", job.counts.succeeded, job.counts.total);
    if (job.counts.failed > 0)
        text += fmt::format(" ({} failed)", job.counts.failed);
    return text;
}

std::string status_words(const Job& job)
{
    const bool paused = job.paused && job.status == JobStatus::running;
    return std::string(name(job.status)) + (paused ? " (paused)" : "");
}

std::string tries(const Datum& datum)
{
    return fmt::format("{}/{}", datum.attempted_run_count, datum.maximum_allowed_run_count);
}

// "Name:       value", the lines of a description.
void print_field(std::string_view title, std::string_view value, Tint tint = Tint::plain)
{
    if (!value.empty())
        print(fmt::format("{:<11} {}", fmt::format("{}:", title), tinted(printable(value), tint)));
}

void print_section(std::string_view title, const std::string& body)
{
    print(fmt::format("\n{}:", title));
    print_bytes(body);
}

void print_counts(const std::vector<StatusCount>& counts)
{
    Table table({"STATUS", "COUNT", "TO BE RETRIED"});
    for (const StatusCount& count : counts)
        table.add(
            {{std::string(name(count.status)), tint_of(count.status)},
             fmt::format("{}", count.count),
             fmt::format("{}", count.rerunable_count)}
        );
    print_section("Datums", table.text());
}

void print_running(const std::vector<Datum>& datums, Time now)
{
    if (datums.empty())
        return;
    Table table({"DATUM", "WORKER", "AGE"});
    for (const Datum& datum : datums)
        table.add({datum.id, datum.pod_name, age(datum.started_at.value_or(now), now)});
    print_section("Running", table.text());
}

void print_errors(const std::vector<Datum>& datums)
{
    if (datums.empty())
        return;
    Table table({"DATUM", "TRIES", "ERROR"});
    for (const Datum& datum : datums)
        table.add({datum.id, tries(datum), last_line(datum.error_message)});
    print_section("Errors", table.text());
}

void print_attempts(const std::vector<AttemptRow>& attempts)
{
    if (attempts.empty())
        return;
    Table table({"ATTEMPT", "END", "FINISHED", "ERROR"});
    for (const AttemptRow& row : attempts)
        table.add(
            {fmt::format("{}", row.attempt), std::string(name(row.end)),
             short_time(row.finished_at), last_line(row.error)}
        );
    print_section("Earlier attempts", table.text());
}

} // namespace

void show_jobs(OutputFormat format, const std::vector<Job>& jobs, Time now)
{
    if (is_document(format)) {
        Json list = Json::array();
        for (const Job& job : jobs)
            list.push_back(to_json(job));
        Json document = Json::object();
        document["jobs"] = std::move(list);
        print_document(format, document);
        return;
    }
    Table table({"NAME", "STATUS", "PROGRESS", "CREATED", "DURATION"});
    for (const Job& job : jobs) {
        if (format == OutputFormat::name)
            print(job.job_name);
        table.add(
            {job.job_name,
             {status_words(job), tint_of(job.status)},
             progress(job),
             short_time(job.created_at),
             age(job.created_at, job.finished_at.value_or(now))}
        );
    }
    if (format == OutputFormat::table)
        print_bytes(table.text());
}

void show_datums(OutputFormat format, const std::vector<Datum>& datums)
{
    if (is_document(format)) {
        Json list = Json::array();
        for (const Datum& datum : datums)
            list.push_back(to_json(datum));
        Json document = Json::object();
        document["datums"] = std::move(list);
        print_document(format, document);
        return;
    }
    Table table({"ID", "STATUS", "TRIES", "WORKER", "ERROR"});
    for (const Datum& datum : datums) {
        if (format == OutputFormat::name)
            print(datum.id);
        table.add(
            {datum.id,
             {std::string(name(datum.status)), tint_of(datum.status)},
             tries(datum),
             datum.pod_name,
             last_line(datum.error_message)}
        );
    }
    if (format == OutputFormat::table)
        print_bytes(table.text());
}

namespace {

void print_cluster(const ClusterView& cluster, Time now)
{
    print_field(
        "Kubernetes",
        fmt::format(
            "Job {} in namespace {}; pods: {} pending, {} running, {} failed", cluster.phase,
            cluster.name_space, cluster.pods_pending, cluster.pods_running, cluster.pods_failed
        )
    );
    if (!cluster.trouble.empty() && cluster.trouble_since)
        print_field(
            "Trouble",
            fmt::format(
                "{} (since {})", printable(cluster.trouble), age(*cluster.trouble_since, now)
            ),
            Tint::bad
        );
}

} // namespace

void show_job(OutputFormat format, const JobDescription& description, Time now)
{
    const Job& job = description.job;
    if (is_document(format))
        return print_document(format, to_json(description));
    if (format == OutputFormat::name)
        return print(job.job_name);
    print_field("Name", job.job_name);
    print_field("Id", job.id);
    print_field("Status", status_words(job), tint_of(job.status));
    print_field("Error", job.error, Tint::bad);
    print_field("Created", short_time(job.created_at));
    print_field("Finished", time_or_dash(job.finished_at));
    print_field("Duration", age(job.created_at, job.finished_at.value_or(now)));
    print_field("Command", dump_json(Json(job.command)));
    print_field("Egress", job.egress_uri);
    print_field("Retry of", job.origin.value_or(""));
    if (description.cluster)
        print_cluster(*description.cluster, now);
    print_counts(description.datum_status_counts);
    print_running(description.running_datums, now);
    print_errors(description.error_datums);
}

void show_datum(OutputFormat format, const DatumDescription& description, Time now)
{
    const Datum& datum = description.datum;
    if (is_document(format))
        return print_document(format, to_json(description));
    if (format == OutputFormat::name)
        return print(datum.id);
    print_field("Id", datum.id);
    print_field("Job", datum.job_id);
    print_field("Status", name(datum.status), tint_of(datum.status));
    print_field("Tries", tries(datum));
    print_field("Worker", datum.pod_name);
    print_field("Node", datum.node_name);
    if (datum.started_at && datum.status == DatumStatus::running)
        print_field("Running for", age(*datum.started_at, now));
    print_field("Error", datum.error_message, Tint::bad);

    Table inputs({"INPUT", "FROM"});
    for (const InputFile& file : description.input_files)
        inputs.add({"/pfs/" + file.local_path, file.uri});
    print_section("Inputs", inputs.text());
    print_attempts(description.attempts);
    if (!description.outputs.empty()) {
        Table outputs({"OUTPUT"});
        for (const OutputRow& row : description.outputs)
            outputs.add({row.path});
        print_section("Outputs", outputs.text());
    }
    if (!datum.output.empty())
        print_section("End of the output", printable(datum.output) + '\n');
}

void show_why(OutputFormat format, const Why& why)
{
    if (is_document(format))
        print_document(format, to_json(why));
    else
        print(printable(why.text));
}

void show_new_job(OutputFormat format, const Job& job)
{
    if (is_document(format))
        print_document(format, to_json(job));
    else
        print(job.job_name);
}

Tint tint_of(JobStatus status)
{
    switch (status) {
    case JobStatus::running:
        return Tint::busy;
    case JobStatus::done:
        return Tint::good;
    case JobStatus::error:
        return Tint::bad;
    case JobStatus::canceled:
        break;
    }
    return Tint::faint;
}

Tint tint_of(DatumStatus status)
{
    switch (status) {
    case DatumStatus::running:
        return Tint::busy;
    case DatumStatus::done:
        return Tint::good;
    case DatumStatus::error:
        return Tint::bad;
    case DatumStatus::ready:
        return Tint::plain;
    case DatumStatus::canceled:
        break;
    }
    return Tint::faint;
}

std::string last_line(std::string_view text)
{
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    const std::size_t newline = text.rfind('\n');
    return std::string(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

Time time_now()
{
    return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

} // namespace sluice
