// SPDX-License-Identifier: Apache-2.0
#include "cli/new_job.h"

#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

Result<void> tell_new_job(const Context& context, const Jobs::Created& created)
{
    for (const std::string& warning : created.warnings)
        complain("warning: " + warning);
    show_new_job(context.config.output, created.job);
    return flush_output();
}

} // namespace sluice
