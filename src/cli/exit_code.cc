// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

namespace sluice {

int exit_code_of(Errc code)
{
    switch (code) {
    case Errc::not_found:
        return exit_code::not_found;
    case Errc::timed_out:
        return exit_code::timed_out;
    case Errc::conflict:
    case Errc::invalid:
    case Errc::unauthorized:
    case Errc::unavailable:
    case Errc::overloaded:
    case Errc::corrupt:
        break;
    }
    return exit_code::failed;
}

} // namespace sluice
