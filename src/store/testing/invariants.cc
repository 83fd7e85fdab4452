// SPDX-License-Identifier: Apache-2.0
#include "store/testing/invariants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sluice::testing {

namespace {

struct Rule {
    std::string name;
    std::string sql;
};

std::string without_comments(const std::string& text)
{
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("--"))
            kept += line + "\n";
    return kept.substr(0, kept.rfind(';'));
}

std::vector<Rule> read_rules()
{
    std::ifstream file(SLUICE_INVARIANTS_SQL);
    if (!file)
        throw std::runtime_error("cannot read " SLUICE_INVARIANTS_SQL);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    constexpr std::string_view mark = "-- name: ";
    std::vector<Rule> rules;
    for (std::size_t at = text.find(mark); at != std::string::npos;) {
        const std::size_t end_of_name = text.find('\n', at);
        const std::size_t next = text.find(mark, end_of_name);
        rules.push_back(
            {text.substr(at + mark.size(), end_of_name - at - mark.size()),
             without_comments(text.substr(end_of_name, next - end_of_name))}
        );
        at = next;
    }
    return rules;
}

// Fills the view `place` in, the first entry of the file.
std::vector<Rule> load_rules()
{
    std::vector<Rule> rules = read_rules();
    const std::string view = rules.at(0).sql;
    constexpr std::string_view hole = "/*place*/";
    rules.erase(rules.begin());
    for (Rule& rule : rules)
        for (std::size_t at = rule.sql.find(hole); at != std::string::npos;
             at = rule.sql.find(hole, at + view.size()))
            rule.sql.replace(at, hole.size(), view);
    return rules;
}

} // namespace

std::string violations(Probe& probe)
{
    static const std::vector<Rule> rules = load_rules();
    std::string found;
    for (const Rule& rule : rules)
        for (const Probe::Row& row : probe.query(rule.sql))
            found += fmt::format("{}: {}\n", rule.name, fmt::join(row, " | "));
    return found;
}

} // namespace sluice::testing
