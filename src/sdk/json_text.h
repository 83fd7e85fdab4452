// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "sluice/json.h"

namespace sluice::client {

// Makes the public value of one that was read already.
struct JsonText {
    static Json of(const sluice::Json& value)
    {
        Json json;
        json.text_ = dump_json(value);
        return json;
    }
};

} // namespace sluice::client
