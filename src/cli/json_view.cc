// SPDX-License-Identifier: Apache-2.0
#include "cli/json_view.h"

#include "base/text.h"
#include "cli/server_port.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

bool is_document(OutputFormat format)
{
    return format == OutputFormat::json || format == OutputFormat::yaml;
}

bool is_list_of(const Json& value, bool (*is_kind)(const Json&))
{
    return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_kind);
}

bool is_text(const Json& value)
{
    return value.is_string();
}

bool is_object(const Json& value)
{
    return value.is_object();
}

// Text as it is, lists of text with commas, all else as JSON.
std::string words_of(const Json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (!is_list_of(value, is_text))
        return dump_json(value);
    std::vector<std::string> words;
    for (const Json& word : value)
        words.push_back(word.get<std::string>());
    return join(words, ", ");
}

std::string words_or_dash(const Json& value)
{
    const bool is_empty = value.is_null() || (value.is_structured() && value.empty());
    return is_empty ? "-" : words_of(value);
}

std::string short_time(const std::string& time)
{
    if (time.size() < 19 || time[10] != 'T')
        return time;
    return time.substr(0, 10) + ' ' + time.substr(11, 8);
}

// "last_updated" as people write it: "Last updated".
std::string title_of(std::string name)
{
    std::replace(name.begin(), name.end(), '_', ' ');
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z')
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return name;
}

bool says_nothing(const Json& value)
{
    return value.is_null() || value == "" || (value.is_structured() && value.empty());
}

void print_line(const std::string& name, const Json& value, std::size_t width)
{
    constexpr std::string_view counts = "status_counts";
    const std::string text = name == counts ? words_of_counts(value) : words_of(value);
    const Tint tint = name == "status" ? tint_of_status(text) : Tint::plain;
    const std::string title = title_of(name) + ':';
    print(fmt::format("{:<{}} {}", title, width + 1, tinted(printable(text), tint)));
}

void print_lines(const Json& document)
{
    std::size_t width = 0;
    for (const auto& [name, value] : document.items())
        if (!says_nothing(value) && !is_list_of(value, is_object))
            width = std::max(width, name.size());
    for (const auto& [name, value] : document.items())
        if (!says_nothing(value) && !is_list_of(value, is_object))
            print_line(name, value, width);
    for (const auto& [name, value] : document.items()) {
        if (!is_list_of(value, is_object))
            continue;
        print(fmt::format("\n{}:", title_of(name)));
        for (const Json& item : value)
            print("  " + printable(dump_json(item)));
    }
}

void show_table(OutputFormat format, const Json& list, const Columns& columns)
{
    std::vector<std::string> titles;
    for (const Column& column : columns)
        titles.push_back(column.title);
    Table table(std::move(titles));
    for (const Json& item : list) {
        std::vector<Table::Cell> row;
        for (const Column& column : columns)
            row.push_back(column.cell(item));
        if (format == OutputFormat::name)
            print(row.front().text);
        table.add(std::move(row));
    }
    if (format == OutputFormat::table)
        print_bytes(table.text());
}

} // namespace

Tint tint_of_status(std::string_view status)
{
    static constexpr std::array<std::pair<std::string_view, Tint>, 11> tints{
        {{"Running", Tint::busy},
         {"Claimed", Tint::busy},
         {"Success", Tint::good},
         {"Failure", Tint::bad},
         {"Skipped", Tint::faint},
         {"Canceled", Tint::faint},
         {"delivered", Tint::good},
         {"dead", Tint::bad},
         {"created", Tint::good},
         {"skipped", Tint::faint},
         {"failed", Tint::bad}}};
    for (const auto& [known, tint] : tints)
        if (known == status)
            return tint;
    return Tint::plain;
}

CellOf text_of(std::string name)
{
    return [name](const Json& item) { return Table::Cell(words_or_dash(member(item, name))); };
}

CellOf time_of(std::string name)
{
    return [name](const Json& item) {
        return Table::Cell(short_time(words_or_dash(member(item, name))));
    };
}

CellOf status_of(std::string name)
{
    return [name](const Json& item) {
        const std::string word = words_or_dash(member(item, name));
        return Table::Cell(word, tint_of_status(word));
    };
}

CellOf counts_of(std::string name)
{
    return [name](const Json& item) { return Table::Cell(words_of_counts(member(item, name))); };
}

std::string words_of_counts(const Json& counts)
{
    std::string words;
    for (const auto& [name, count] : counts.items())
        if (count.is_number() && count != 0)
            words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, dump_json(count));
    std::replace(words.begin(), words.end(), '_', ' ');
    return words.empty() ? "-" : words;
}

Show table_of(Columns columns)
{
    return [columns = std::move(columns)](OutputFormat format, const Json& list) {
        if (is_document(format))
            print_document(format, list);
        else
            show_table(format, list, columns);
    };
}

Show table_in(std::string name, Columns columns)
{
    return [name, columns = std::move(columns)](OutputFormat format, const Json& document) {
        if (is_document(format))
            print_document(format, document);
        else
            show_table(format, member(document, name), columns);
    };
}

Show lines_of(std::string name)
{
    return [name](OutputFormat format, const Json& document) {
        if (is_document(format))
            print_document(format, document);
        else if (format == OutputFormat::name)
            print(text_of(name)(document).text);
        else
            print_lines(document);
    };
}

Show words_in(std::string name)
{
    return [name](OutputFormat format, const Json& document) {
        if (is_document(format))
            print_document(format, document);
        else
            print(printable(words_or_dash(member(document, name))));
    };
}

} // namespace sluice
