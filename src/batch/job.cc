// SPDX-License-Identifier: Apache-2.0
#include "batch/job.h"

#include "base/enum_names.h"

namespace sluice {

namespace {

constexpr EnumNames<JobStatus, 4> job_statuses{{
    {JobStatus::running, "running"},
    {JobStatus::done, "done"},
    {JobStatus::error, "error"},
    {JobStatus::canceled, "canceled"},
}};

constexpr EnumNames<DatumStatus, 5> datum_statuses{{
    {DatumStatus::ready, "ready"},
    {DatumStatus::running, "running"},
    {DatumStatus::done, "done"},
    {DatumStatus::error, "error"},
    {DatumStatus::canceled, "canceled"},
}};

} // namespace

std::string_view name(JobStatus status)
{
    return job_statuses.name(status);
}

std::string_view name(DatumStatus status)
{
    return datum_statuses.name(status);
}

std::optional<JobStatus> job_status(std::string_view name)
{
    return job_statuses.find(name);
}

std::optional<DatumStatus> datum_status(std::string_view name)
{
    return datum_statuses.find(name);
}

} // namespace sluice
