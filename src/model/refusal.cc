// SPDX-License-Identifier: Apache-2.0
#include "model/refusal.h"

namespace sluice {

Error to_error(const Refusal& refusal)
{
    Error error = to_error(std::span<const Problem>(refusal.problems));
    error.code = refusal.code;
    return error;
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&)
{
    throw UncheckedError(to_error(refusal));
}

} // namespace sluice
