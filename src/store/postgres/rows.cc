// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/rows.h"

#include "base/assert.h"
#include "store/postgres/epoch.h"

namespace sluice::postgres {

namespace {

std::int64_t read_integer(const char* bytes, int length)
{
    SLUICE_ASSERT(length == 1 || length == 2 || length == 4 || length == 8);
    // The sign is that of the first byte.
    std::uint64_t value = bytes[0] < 0 ? ~std::uint64_t{0} : 0;
    for (int i = 0; i < length; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return static_cast<std::int64_t>(value);
}

} // namespace

std::int64_t Row::next_integer()
{
    const int column = column_++;
    const int length = PQgetlength(result_, row_, column);
    if (length == 0 && PQgetisnull(result_, row_, column))
        return 0;
    return read_integer(PQgetvalue(result_, row_, column), length);
}

Time Row::next_time()
{
    return is_null() ? (++column_, Time{}) : from_micros(next_integer() + epoch_micros);
}

void Row::read(std::string& value)
{
    value.assign(
        PQgetvalue(result_, row_, column_),
        static_cast<std::size_t>(PQgetlength(result_, row_, column_))
    );
    ++column_;
}

// A bigint[] without NULLs.
void Row::read(std::vector<std::int64_t>& values)
{
    values.clear();
    const char* bytes = PQgetvalue(result_, row_, column_);
    const int length = PQgetlength(result_, row_, column_++);
    if (length == 0 || read_integer(bytes, 4) == 0)
        return;
    const std::int64_t count = read_integer(bytes + 12, 4);
    SLUICE_ASSERT(length == 20 + 12 * count);
    values.reserve(static_cast<std::size_t>(count));
    for (const char* element = bytes + 20; element < bytes + length; element += 12)
        values.push_back(read_integer(element + 4, 8));
}

} // namespace sluice::postgres
