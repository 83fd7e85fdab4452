// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_text.h"

#include "base/text.h"

namespace sluice {

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view plain_bytes =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";

// Words that some reader of YAML takes for true, false or null.
bool is_reserved(std::string_view text)
{
    const std::string word = to_lower(text);
    for (const std::string_view reserved :
         {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})
        if (word == reserved)
            return true;
    return false;
}

bool is_plain(std::string_view text)
{
    return !text.empty() && letters.find(text.front()) != std::string_view::npos &&
           text.find_first_not_of(plain_bytes) == std::string_view::npos && !is_reserved(text);
}

// JSON text is YAML, too.
std::string scalar(const Json& value)
{
    if (value.is_string() && is_plain(value.get_ref<const std::string&>()))
        return value.get<std::string>();
    return dump_json(value);
}

bool is_block(const Json& value)
{
    return value.is_structured() && !value.empty();
}

void write(const Json& value, std::size_t depth, std::string& out);

// What follows "key:" or "-": on the same line, or as a block below.
void write_member(const Json& value, std::size_t depth, std::string& out)
{
    if (!is_block(value)) {
        out += ' ' + scalar(value) + '\n';
        return;
    }
    out += '\n';
    write(value, depth + 1, out);
}

void write(const Json& value, std::size_t depth, std::string& out)
{
    const std::string indent(2 * depth, ' ');
    if (!is_block(value)) {
        out += indent + scalar(value) + '\n';
        return;
    }
    for (const auto& [key, member] : value.items()) {
        out += indent + (value.is_object() ? scalar(key) + ':' : "-");
        write_member(member, depth, out);
    }
}

} // namespace

std::string to_yaml(const Json& document)
{
    std::string out;
    write(document, 0, out);
    return out;
}

} // namespace sluice
