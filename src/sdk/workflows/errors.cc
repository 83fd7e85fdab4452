// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/errors.h"

namespace sluice::workflows {

Error::Kind kind_of(Errc code)
{
    using enum Error::Kind;
    switch (code) {
    case Errc::invalid:
    case Errc::unauthorized:
        return invalid;
    case Errc::not_found:
        return not_found;
    case Errc::conflict:
        return conflict;
    case Errc::unavailable:
    case Errc::timed_out:
        return unavailable;
    case Errc::overloaded:
        return overloaded;
    case Errc::corrupt:
        break;
    }
    return broken;
}

Error::Kind kind_of(CallError::Kind kind)
{
    switch (kind) {
    case CallError::Kind::invalid:
        return Error::Kind::invalid;
    case CallError::Kind::not_found:
        return Error::Kind::not_found;
    case CallError::Kind::conflict:
        return Error::Kind::conflict;
    case CallError::Kind::unavailable:
        return Error::Kind::unavailable;
    case CallError::Kind::overloaded:
        return Error::Kind::overloaded;
    case CallError::Kind::closed:
        return Error::Kind::closed;
    case CallError::Kind::forked:
        return Error::Kind::forked;
    case CallError::Kind::broken:
        break;
    }
    return Error::Kind::broken;
}

Error to_error(const sluice::Error& error)
{
    return {kind_of(error.code), error.detail};
}

Error to_error(const CallError& error)
{
    return {kind_of(error.kind), error.text, error.problems};
}

} // namespace sluice::workflows
