// SPDX-License-Identifier: Apache-2.0
#include "api/wire.h"

#include "api/log_uploads.h"
#include "api/wire_worker.h"
#include "async/testing.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

namespace sluice::wire_test {

namespace {

using namespace testing;

const std::string datum_id = "01890a5d-ac96-774b-bcce-b302099a8057";

Json spec_with_egress(const std::string& uri)
{
    Json spec = Json::object();
    spec["egress"] = Json::object();
    spec["egress"]["URI"] = uri;
    return spec;
}

TEST(Wire, what_is_told_of_a_jobs_pods_survives_the_journey)
{
    JobDescription there;
    there.job.id = datum_id;
    there.job.job_name = "words-abc";
    there.job.pipeline_spec = spec_with_egress("s3://b/out");
    ClusterView pods;
    pods.name_space = "jobs";
    pods.phase = "begun";
    pods.pods_pending = 1;
    pods.pods_running = 2;
    pods.pods_failed = 3;
    pods.trouble = "ErrImagePull: no such image";
    pods.trouble_since = from_micros(5);
    there.cluster = pods;

    const Json json = parse_json(dump_json(to_json(there))).value();
    EXPECT_EQ(json["kubernetes"]["phase"], "begun");
    EXPECT_EQ(read_job_description(json).value().cluster, pods);

    there.cluster.reset();
    EXPECT_FALSE(to_json(there).contains("kubernetes"));
    EXPECT_FALSE(read_job_description(to_json(there)).value().cluster);
}

TEST(Wire, jobs_and_datums_survive_the_journey)
{
    DatumDescription there;
    there.datum.id = datum_id;
    there.datum.job_id = datum_id;
    there.datum.status = DatumStatus::error;
    there.datum.error_message = "no";
    there.datum.attempted_run_count = 2;
    there.datum.maximum_allowed_run_count = 3;
    there.datum.started_at = from_micros(5);
    there.input_files = {{"file:///a%FF", "repo/a\xff"}, {"file:///b", "repo/b c"}};
    AttemptRow attempt;
    attempt.attempt = 1;
    attempt.end = AttemptEnd::timed_out;
    attempt.error = "Timeout";
    there.attempts.push_back(attempt);
    OutputRow output;
    output.path = "x\xff y";
    output.state = OutputState::uploaded;
    there.outputs.push_back(output);

    const Json json = parse_json(dump_json(to_json(there))).value();
    EXPECT_EQ(json["input_files"][1]["local_path"], "/pfs/repo/b c");
    const DatumDescription here = read_datum_description(json).value();
    EXPECT_EQ(here.datum.status, DatumStatus::error);
    EXPECT_EQ(here.datum.error_message, "no");
    EXPECT_EQ(here.datum.attempted_run_count, 2);
    EXPECT_EQ(here.datum.started_at, from_micros(5));
    EXPECT_EQ(here.input_files, there.input_files);
    EXPECT_EQ(here.attempts.at(0).end, AttemptEnd::timed_out);
    EXPECT_EQ(here.outputs.at(0).path, output.path);
    EXPECT_EQ(here.outputs.at(0).state, OutputState::uploaded);
}

TEST(Wire, what_is_not_of_this_form_is_named)
{
    Datum datum;
    datum.id = datum_id;
    Json json = to_json(datum);
    json.erase("job_id");
    const Result<Datum> missing = read_datum(json);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::corrupt);
    EXPECT_EQ(missing.error().detail, "the server's datum: 'job_id' is missing");
    json = to_json(datum);
    json["status"] = "idle";
    EXPECT_EQ(
        read_datum(json).error().detail, "the server's datum: 'status' has the unknown value 'idle'"
    );
    EXPECT_FALSE(read_job(Json()));
    EXPECT_FALSE(read_job_description(Json::array()));
}

TEST(Wire, ids_of_files_are_uuids_that_depend_on_datum_side_and_path)
{
    const std::string id = file_id(datum_id, FileSide::input, "repo/a");
    EXPECT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '5');
    EXPECT_EQ(file_id(datum_id, FileSide::input, "repo/a"), id);
    EXPECT_NE(file_id(datum_id, FileSide::output, "repo/a"), id);
    EXPECT_NE(file_id(datum_id, FileSide::input, "repo/b"), id);
}

TEST(Wire, outputs_are_uris_below_the_egress)
{
    const ObjectUri egress = parse_uri("file:///data/out/").value();
    EXPECT_EQ(output_uri(egress, "a b\xff"), "file:///data/out/a%20b%FF");
    EXPECT_EQ(output_path(egress, "file:///data/out/a%20b%FF").value(), "a b\xff");
    for (const char* other :
         {"file:///data/out", "file:///data/outer/a", "s3://data/out/a", "nonsense://x"})
        EXPECT_FALSE(output_path(egress, other)) << other;
}

TEST(Wire, log_records_are_whole_or_refused)
{
    const std::vector<LogChunk> chunks{
        {from_micros(7), OutputStream::out, std::string("a\0b", 3)},
        {from_micros(8), OutputStream::notice, "cut"}};
    const std::string bytes = format_log_chunks(chunks);
    EXPECT_EQ(parse_log_chunks(bytes).value(), chunks);
    EXPECT_TRUE(parse_log_chunks("").value().empty());
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        if (size != 19) { // the first record
            EXPECT_FALSE(parse_log_chunks(bytes.substr(0, size))) << size;
        }
    }
}

TEST(Wire, requests_of_workers_are_read_as_they_are_written)
{
    ReserveRequest reserve{"pod", "node", true, std::chrono::seconds(9)};
    const ReserveRequest read = read_reserve_request(to_json(reserve)).value();
    EXPECT_EQ(read.pod_name, "pod");
    EXPECT_EQ(read.node_name, "node");
    EXPECT_TRUE(read.prefetch);
    EXPECT_EQ(read.wait, std::chrono::seconds(9));

    DatumReport report;
    report.pod_name = "pod";
    report.attempt = 3;
    report.status = DatumReport::Status::error;
    report.error_message = "no";
    const DatumReport back = read_datum_report(to_json(report)).value();
    EXPECT_EQ(back.attempt, 3);
    EXPECT_EQ(back.status, DatumReport::Status::error);
    EXPECT_EQ(back.error_message, "no");

    OutputChanges changes{"pod", 1, {{"id", OutputChange::Status::done}}};
    EXPECT_EQ(
        read_output_changes(to_json(changes)).value().files.at(0).status, OutputChange::Status::done
    );
    Json future = to_json(reserve);
    future["something_new"] = 1;
    EXPECT_TRUE(read_reserve_request(future));
}

TEST(LogUploads, a_log_goes_on_after_a_restart_of_the_server)
{
    asio::io_context loop;
    TestDir directory;
    WorkerThreads threads(loop.get_executor(), "test", 1);
    const std::string path = directory / "job/datum.1.log";
    const std::vector<LogChunk> one{{from_micros(1), OutputStream::out, "one"}};
    const std::vector<LogChunk> two{{from_micros(2), OutputStream::out, "two"}};
    const std::uint64_t size = format_log_chunks(one).size();
    {
        LogUploads before(threads);
        LogUploads::Piece piece{0, size, one};
        EXPECT_EQ(await(loop, before.append(path, piece)).value().end, size);
    }
    LogUploads after(threads);
    LogUploads::Piece gap{size + 1, size, two};
    const LogUploads::Reached early = await(loop, after.append(path, gap)).value();
    EXPECT_FALSE(early.accepted);
    EXPECT_EQ(early.end, size);
    LogUploads::Piece piece{size, size, two};
    EXPECT_EQ(await(loop, after.append(path, piece)).value().end, 2 * size);
    EXPECT_EQ(await(loop, after.append(path, piece)).value().end, 2 * size);
    await(loop, after.complete(path));
    const LogPage page = read_attempt_log(path, 0).value();
    EXPECT_TRUE(page.complete);
    EXPECT_EQ(page.chunks, (std::vector<LogChunk>{one[0], two[0]}));
    EXPECT_EQ(await(loop, after.append(path, piece)).error().code, Errc::conflict);
}

} // namespace

} // namespace sluice::wire_test
