// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/ending.h"

#include <vector>

namespace sluice {

// Takes live tasks away from wherever they stand, to be canceled; counted in `affected` by where
// that was. Their runs are locked; final ones are passed over.
std::vector<Ended>
take_live(WriteContext& context, const Tables::Selection& selection, Affected& affected);

} // namespace sluice
