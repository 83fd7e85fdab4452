// SPDX-License-Identifier: Apache-2.0
#include "app/setting_values.h"

#include "base/os.h"

#include <fmt/format.h>

namespace sluice {

Error refuse(std::string_view accepted, std::string_view text)
{
    return Error{
        Errc::invalid, fmt::format("must be {}, not '{}'", accepted, printable_path(text))};
}

Result<void> set_count(std::size_t& count, std::string_view text, std::size_t max)
{
    const auto number = whole_number<std::size_t>(text);
    if (!number || *number == 0 || *number > max)
        return refuse(fmt::format("a whole number from 1 to {}", max), text);
    count = *number;
    return {};
}

Result<void> set_switch(bool& is_on, std::string_view text)
{
    const bool is_true = text == "1" || text == "true";
    if (!is_true && text != "0" && text != "false")
        return refuse("1, true, 0 or false", text);
    is_on = is_true;
    return {};
}

Result<void> set_url(std::string& url, std::string_view text)
{
    if (!text.starts_with("http://") && !text.starts_with("https://"))
        return refuse("a URL, http://… or https://…", text);
    while (text.ends_with('/'))
        text.remove_suffix(1);
    url = text;
    return {};
}

} // namespace sluice
