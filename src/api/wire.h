// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "batch/job.h"
#include "model/object_uri.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What jobs and datums are over HTTP: falconeri's names, and some more. Written by the server, read
// by workers and the CLI; readers ignore fields that they do not know.

Json to_json(const Job& job);
Json to_json(const Datum& datum);
Json to_json(const JobDescription& description);
Json to_json(const DatumDescription& description);
Json to_json(const Why& why);

// Errors (corrupt): not what a server of this protocol sends. Integer keys stay 0.
Result<Job> read_job(const Json& json);
Result<Datum> read_datum(const Json& json);
Result<JobDescription> read_job_description(const Json& json);
Result<DatumDescription> read_datum_description(const Json& json);
Result<Why> read_why(const Json& json);

// {"id", "created_at", "datum_id", "uri", "local_path", "job_id"}; a path that is not UTF-8 has its
// exact bytes in "local_path_encoded" (percent_encode).
Json input_files_json(const Datum& datum, const std::vector<InputFile>& files);
Result<std::vector<InputFile>> read_input_files(const Json& json);

// Where the outputs of a datum go.
struct OutputPlace {
    std::string job_id;
    std::string datum_id;
    ObjectUri egress; // a folder
};

// {"id", "created_at", "updated_at", "status", "job_id", "datum_id", "uri"}.
Json output_files_json(const OutputPlace& place, const std::vector<OutputRow>& rows);

// The id of a datum's file: a UUID version 5 with the datum's UUID as its namespace.
enum class FileSide : std::uint8_t { input, output };
std::string file_id(std::string_view datum_id, FileSide side, std::string_view path);

// Paths of outputs, raw bytes, as URIs below the egress, a folder, and back. Errors (invalid): not
// below it.
std::string output_uri(ObjectUri egress, std::string_view path);
Result<std::string> output_path(const ObjectUri& egress, std::string_view uri);

} // namespace sluice
