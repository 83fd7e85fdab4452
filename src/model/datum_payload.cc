// SPDX-License-Identifier: Apache-2.0
#include "model/datum_payload.h"

#include "base/assert.h"

#include <algorithm>

namespace sluice {

Json datum_payload(std::span<const InputFile> files)
{
    Json groups = Json::array();
    std::string base, repo;
    for (const InputFile& file : files) {
        const std::size_t slash = file.local_path.find('/');
        SLUICE_ASSERT(slash != std::string::npos);
        std::string name = percent_encode(std::string_view(file.local_path).substr(slash + 1));
        SLUICE_ASSERT(file.uri.ends_with(name));
        const auto file_base = std::string_view(file.uri).substr(0, file.uri.size() - name.size());
        const auto file_repo = std::string_view(file.local_path).substr(0, slash);
        if (groups.empty() || file_base != base || file_repo != repo) {
            base = file_base;
            repo = file_repo;
            groups.push_back(Json::array({base, repo}));
        }
        groups.back().push_back(std::move(name));
    }
    Json payload = Json::object();
    payload["in"] = std::move(groups);
    return payload;
}

Result<std::vector<InputFile>> read_datum_payload(const Json& payload)
{
    const Error corrupt{Errc::corrupt, "the stored input files of a datum cannot be read"};
    if (!payload.is_object() || !payload.contains("in") || !payload["in"].is_array())
        return corrupt;
    std::vector<InputFile> files;
    for (const Json& group : payload["in"]) {
        const auto is_text = [](const Json& value) { return value.is_string(); };
        if (!group.is_array() || group.size() < 2 ||
            !std::all_of(group.begin(), group.end(), is_text))
            return corrupt;
        const auto& base = group[0].get_ref<const std::string&>();
        const auto& repo = group[1].get_ref<const std::string&>();
        for (std::size_t i = 2; i < group.size(); ++i) {
            const auto& name = group[i].get_ref<const std::string&>();
            files.push_back({base + name, repo + "/" + percent_decode(name)});
        }
    }
    return files;
}

} // namespace sluice
