// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "base/os.h"
#include "base/text.h"
#include "base/yaml_text.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace sluice {

namespace {

std::string_view escape_sequence(Tint tint)
{
    switch (tint) {
    case Tint::good:
        return "\x1b[32m";
    case Tint::bad:
        return "\x1b[31m";
    case Tint::busy:
        return "\x1b[36m";
    case Tint::faint:
        return "\x1b[2m";
    case Tint::plain:
        break;
    }
    return "";
}

// Characters, not bytes; good enough for names and numbers.
std::size_t width(std::string_view text)
{
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string one_line(std::string text)
{
    text = printable(text);
    for (char& c : text)
        c = c == '\n' || c == '\t' ? ' ' : c;
    return text;
}

} // namespace

void print(std::string_view text)
{
    print_bytes(text);
    print_bytes("\n");
}

void print_bytes(std::string_view bytes)
{
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

void complain(std::string_view text)
{
    for (const std::string& line : split(text, '\n')) {
        const std::string shown = fmt::format("sluice: {}\n", printable(line));
        std::fwrite(shown.data(), 1, shown.size(), stderr);
    }
}

Result<void> flush_output()
{
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        return Error{
            Errc::unavailable, fmt::format("cannot write the output: {}", os_message(errno))};
    return {};
}

bool stdout_is_terminal()
{
    static const bool terminal = isatty(STDOUT_FILENO) == 1;
    return terminal;
}

bool stderr_is_terminal()
{
    static const bool terminal = isatty(STDERR_FILENO) == 1;
    return terminal;
}

std::string tinted(std::string_view text, Tint tint)
{
    const char* const no_color = std::getenv("NO_COLOR");
    const bool wanted = stdout_is_terminal() && !(no_color && *no_color);
    if (!wanted || tint == Tint::plain)
        return std::string(text);
    return fmt::format("{}{}\x1b[0m", escape_sequence(tint), text);
}

Table::Cell::Cell(std::string given, Tint colour) : text(one_line(std::move(given))), tint(colour)
{}

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles))
{}

void Table::add(std::vector<Cell> row)
{
    rows_.push_back(std::move(row));
}

std::string Table::text() const
{
    std::vector<std::size_t> widths;
    for (const std::string& title : titles_)
        widths.push_back(title.size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i].text));

    std::string out;
    const auto add_cell = [&](std::string_view text, Tint tint, std::size_t column) {
        out += tinted(text, tint);
        const bool last = column + 1 == widths.size();
        out += last ? "\n" : std::string(widths[column] - width(text) + 2, ' ');
    };
    for (std::size_t i = 0; i < titles_.size(); ++i)
        add_cell(titles_[i], Tint::faint, i);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            add_cell(row[i].text, row[i].tint, i);
    return out;
}

void print_document(OutputFormat format, const Json& document)
{
    if (format == OutputFormat::yaml)
        print_bytes(to_yaml(document));
    else
        print(dump_json_pretty(document));
}

} // namespace sluice
