// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sluice/client.h>

#include <cstdlib>
#include <string>

inline std::string setting(const char* name, const char* otherwise)
{
    const char* value = std::getenv(name);
    return value ? value : otherwise;
}

inline sluice::client::Client sluice_server()
{
    return sluice::client::Client(
        setting("SLUICE_SERVER", "http://127.0.0.1:8085"), {.api_key = setting("SLUICE_KEY", "")}
    );
}
