// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "batch/job.h"
#include "cli/output.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// How jobs and datums look to users. Documents (json, yaml) are those of the REST API.

// What is said of several things: `{"jobs": […]}`, a table, or their names.
void show_jobs(OutputFormat format, const std::vector<Job>& jobs, Time now);
void show_datums(OutputFormat format, const std::vector<Datum>& datums);

void show_job(OutputFormat format, const JobDescription& description, Time now);
void show_datum(OutputFormat format, const DatumDescription& description, Time now);
void show_why(OutputFormat format, const Why& why);

// The name alone, or the document.
void show_new_job(OutputFormat format, const Job& job);

Tint tint_of(JobStatus status);
Tint tint_of(DatumStatus status);

// The last line that is not empty; the whole text when there is none.
std::string last_line(std::string_view text);

// The system's time, for ages.
Time time_now();

} // namespace sluice
