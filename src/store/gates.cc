// SPDX-License-Identifier: Apache-2.0
#include "store/gates.h"

#include "base/json.h"
#include "model/json/json_key.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

std::string format_gates(std::vector<Gate> gates)
{
    if (gates.empty())
        return {};
    std::ranges::sort(gates);
    gates.erase(std::unique(gates.begin(), gates.end()), gates.end());
    Json list = Json::array();
    for (const Gate& gate : gates) {
        Json entry = Json::array();
        entry.push_back(gate.counter.signature.value);
        entry.push_back(gate.counter.key);
        entry.push_back(gate.maximum);
        list.push_back(std::move(entry));
    }
    return dump_json(list);
}

std::vector<Gate> parse_gates(std::string_view text)
{
    std::vector<Gate> gates;
    if (text.empty())
        return gates;
    const Result<Json> list = parse_json(text);
    if (!list)
        return gates;
    for (const Json& entry : *list) {
        const auto signature = entry.at(0).get<std::int64_t>();
        gates.push_back(
            {{SignatureId{signature}, entry.at(1).get<std::string>()},
             entry.at(2).get<std::int64_t>()}
        );
    }
    return gates;
}

std::string gates_mark(SignatureId signature)
{
    return fmt::format("[{},\"", signature.value);
}

std::int64_t line_number(const std::optional<std::string>& gates)
{
    if (!gates)
        return 0;
    constexpr std::uint64_t positive = INT64_MAX;
    const Json text = *gates;
    return static_cast<std::int64_t>(json_key(text).high & positive);
}

} // namespace sluice
