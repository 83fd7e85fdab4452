// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/work_dir.h"

namespace sluice {

// The work behind WorkDir::outputs(); `pfs` is the host directory of /pfs. Blocking.
Result<std::vector<OutputFile>> collect_outputs(const std::string& pfs);

} // namespace sluice
