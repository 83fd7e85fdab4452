// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "base/json.h"
#include "cli/output.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// How JSON of a server looks to users: as it is (json, yaml), as a table or as lines of members, or
// as the names alone.

using CellOf = std::function<Table::Cell(const Json& item)>;

// What stands in a column, by the name of a member as `member()` takes it. Null is "-".
CellOf text_of(std::string name);
CellOf time_of(std::string name);   // "2026-01-31 12:00:05"
CellOf status_of(std::string name); // a word in its colour
CellOf counts_of(std::string name); // "running 2, success 3", of an object of numbers

struct Column {
    std::string title;
    CellOf cell;
};
using Columns = std::vector<Column>;

using Show = std::function<void(OutputFormat, const Json&)>;

// A row for each item of a list. The first column has the names.
Show table_of(Columns columns);

// The same for the list that is a member of the document.
Show table_in(std::string name, Columns columns);

// A line for each member that says something; objects in a list have a line each below a title. The
// member `name` is the name.
Show lines_of(std::string name);

// The member of that name, as text.
Show words_in(std::string name);

std::string words_of_counts(const Json& counts);

// The colour of a status, of whatever it is.
Tint tint_of_status(std::string_view status);

} // namespace sluice
