// SPDX-License-Identifier: Apache-2.0
#include "store/metadata_filter.h"

#include "model/json/json_contains.h"

#include <algorithm>

namespace sluice {

namespace {

bool has_all(std::string_view document, const std::vector<std::string>& pieces)
{
    return std::ranges::all_of(pieces, [&](const std::string& piece) {
        return document.find(piece) != std::string_view::npos;
    });
}

// 4.7e1 is a spelling of 47 without its digits. A word like "1e" is taken for one: that costs only
// time.
bool may_have_exponent(std::string_view document)
{
    for (std::size_t at = document.find_first_of("eE", 1); at != std::string_view::npos;
         at = document.find_first_of("eE", at + 1))
        if (document[at - 1] >= '0' && document[at - 1] <= '9')
            return true;
    return false;
}

struct Needles {
    std::vector<std::string> names;
    std::vector<std::string> texts;
    std::vector<std::string> numbers;
};

// A text that cannot be written without an escape is not looked for.
void add_text(std::vector<std::string>& pieces, const std::string& text)
{
    std::string quoted = dump_json(text);
    if (quoted.size() == text.size() + 2)
        pieces.push_back(std::move(quoted));
}

void collect(Needles& needles, const Json& value)
{
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            add_text(needles.names, name);
            collect(needles, member);
        }
    } else if (value.is_array()) {
        for (const Json& element : value)
            collect(needles, element);
    } else if (value.is_string()) {
        add_text(needles.texts, value.get_ref<const std::string&>());
    } else if (value.is_number_integer()) {
        needles.numbers.push_back(dump_json(value));
    }
}

void sort_by_size(std::vector<std::string>& pieces)
{
    std::ranges::stable_sort(pieces, std::greater<>{}, [](const std::string& piece) {
        return piece.size();
    });
}

} // namespace

MetadataFilter::MetadataFilter(Json part) : part_(std::move(part))
{
    Needles needles;
    collect(needles, part_);
    sort_by_size(needles.texts);
    sort_by_size(needles.names);
    sort_by_size(needles.numbers);
    texts_ = std::move(needles.texts);
    std::ranges::move(needles.names, std::back_inserter(texts_));
    numbers_ = std::move(needles.numbers);
}

bool MetadataFilter::may_accept(const std::optional<std::string>& metadata) const
{
    if (!metadata)
        return part_.is_null();
    if (!has_all(*metadata, texts_) && metadata->find('\\') == std::string::npos)
        return false;
    return has_all(*metadata, numbers_) || may_have_exponent(*metadata);
}

bool MetadataFilter::accepts(const std::optional<std::string>& metadata) const
{
    if (!metadata)
        return part_.is_null();
    const Result<Json> whole = parse_json(*metadata);
    return whole && contains(*whole, part_);
}

} // namespace sluice
