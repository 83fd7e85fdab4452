// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/connection.h"

#include <optional>
#include <vector>

namespace sluice::sqlite {

// Runs the statement and adds all its rows to `out`.
template <class Out, class... Values>
void collect_into(
    std::vector<Out>& out, Prepared& statement, Out (*read)(Row&), const Values&... values
)
{
    statement.rows([&](Row& row) { out.push_back(read(row)); }, values...);
}

template <class Out, class... Values>
std::vector<Out> collect(Prepared& statement, Out (*read)(Row&), const Values&... values)
{
    std::vector<Out> out;
    collect_into(out, statement, read, values...);
    return out;
}

// The only row of the statement; nothing when it has none.
template <class Out, class... Values>
std::optional<Out> find(Prepared& statement, Out (*read)(Row&), const Values&... values)
{
    std::optional<Out> out;
    statement.rows([&](Row& row) { out = read(row); }, values...);
    return out;
}

// A column that stands alone.
template <class T>
T read_value(Row& row)
{
    return row.get<T>();
}

} // namespace sluice::sqlite
