// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/params.h"

#include "base/text.h"
#include "store/failure.h"
#include "store/postgres/epoch.h"

#include <fmt/format.h>

#include <cstring>

namespace sluice::postgres {

namespace {

// True when no byte is zero or has its high bit set: text that needs no closer look.
bool is_plain(std::string_view text)
{
    constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + i, 8);
        if (((word - ones) | word) & highs)
            return false;
    }
    for (; i < text.size(); ++i)
        if (text[i] == 0 || (text[i] & 0x80) != 0)
            return false;
    return true;
}

void check_text(const Text& value)
{
    if (is_plain(value.text))
        return;
    const bool has_nul = value.text.find('\0') != std::string_view::npos;
    if (!has_nul && is_utf8(value.text))
        return;
    const std::string_view shown = value.text.substr(0, 60);
    throw StoreFailure(
        StoreFailure::Kind::refused,
        Error{
            Errc::invalid,
            fmt::format(
                "{}: '{}' {}, which postgres cannot store", value.field, printable(shown),
                has_nul ? "holds a NUL character" : "is not valid UTF-8"
            )}
    );
}

} // namespace

std::vector<const char*> Params::values() const
{
    std::vector<const char*> values;
    values.reserve(offsets_.size());
    for (const Offset& offset : offsets_)
        values.push_back(offset.is_null ? nullptr : data_.data() + offset.begin);
    return values;
}

std::vector<int> Params::lengths() const
{
    std::vector<int> lengths;
    lengths.reserve(offsets_.size());
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
        const std::size_t end = i + 1 < offsets_.size() ? offsets_[i + 1].begin : data_.size();
        lengths.push_back(static_cast<int>(end - offsets_[i].begin));
    }
    return lengths;
}

void Params::begin()
{
    offsets_.push_back({data_.size(), false});
}

// Dimensions, whether there may be NULLs, the type; for each dimension its size and first index.
void Params::array_header(std::uint32_t oid, std::size_t count)
{
    put_big_endian<std::int32_t>(count == 0 ? 0 : 1);
    put_big_endian<std::int32_t>(1);
    put_big_endian(oid);
    if (count == 0)
        return;
    put_big_endian(static_cast<std::int32_t>(count));
    put_big_endian<std::int32_t>(1);
}

void Params::put(Time value)
{
    put_big_endian(to_micros(value) - epoch_micros);
}

void Params::put(Text value)
{
    check_text(value);
    data_.append(value.text);
}

void Params::set_length(std::size_t at)
{
    auto length = static_cast<std::uint32_t>(data_.size() - at - 4);
    for (std::size_t i = 4; i-- > 0; length >>= 8)
        data_[at + i] = static_cast<char>(length & 0xff);
}

} // namespace sluice::postgres
