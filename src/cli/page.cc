// SPDX-License-Identifier: Apache-2.0
#include "cli/page.h"

#include "base/assert.h"
#include "cli/pages.h"

#include <CLI/CLI.hpp>

namespace sluice {

const Page& page_of(std::string_view command)
{
    for (const Page& page : pages)
        if (page.command == command)
            return page;
    SLUICE_ASSERT(!"a command without a manual page");
    return pages[0];
}

std::string words_of(const CLI::App& command)
{
    if (!command.get_parent())
        return {};
    const std::string above = words_of(*command.get_parent());
    return above.empty() ? command.get_name() : above + ' ' + command.get_name();
}

} // namespace sluice
