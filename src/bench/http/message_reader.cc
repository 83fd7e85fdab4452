// SPDX-License-Identifier: Apache-2.0
#include "bench/http/message_reader.h"

#include <algorithm>
#include <charconv>

namespace sluice::bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_in_any_case(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other, {}, lower, lower);
}

bool read_number(std::string_view text, std::size_t& number, int base)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end != text.data();
}

std::string_view second_word(std::string_view line)
{
    const std::size_t space = line.find(' ');
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
    return line.substr(0, line.find_first_of(" \r"));
}

} // namespace

std::size_t MessageReader::take(std::string_view bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && !is_complete() && !is_broken()) {
        const std::string_view rest = bytes.substr(used);
        if (stage_ == Stage::head)
            used += take_head(rest);
        else if (stage_ == Stage::body)
            used += take_body(rest, Stage::complete);
        else if (stage_ == Stage::chunk)
            used += take_body(rest, Stage::chunk_end);
        else
            used += take_line(rest);
    }
    return used;
}

void MessageReader::next()
{
    stage_ = Stage::head;
    head_.clear();
    body_.clear();
    line_.clear();
}

int MessageReader::status() const
{
    std::size_t status = 0;
    return read_number(second_word(head_), status, 10) ? static_cast<int>(status) : 0;
}

std::string_view MessageReader::target() const
{
    return second_word(head_);
}

std::string_view MessageReader::header(std::string_view name) const
{
    std::string_view rest = head_;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(std::min(rest.size(), line.size() + 2));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !equal_in_any_case(line.substr(0, colon), name))
            continue;
        const std::string_view value = line.substr(colon + 1);
        return value.substr(std::min(value.size(), value.find_first_not_of(' ')));
    }
    return {};
}

std::size_t MessageReader::take_head(std::string_view bytes)
{
    const std::size_t before = head_.size();
    head_.append(bytes);
    const std::size_t end = head_.find(head_end, before - std::min<std::size_t>(before, 3));
    if (end == std::string::npos)
        return bytes.size();
    head_.resize(end + head_end.size());
    begin_body();
    return head_.size() - before;
}

void MessageReader::begin_body()
{
    left_ = 0;
    const std::string_view length = header("content-length");
    if (equal_in_any_case(header("transfer-encoding"), "chunked"))
        stage_ = Stage::chunk_size;
    else if (!length.empty() && !read_number(length, left_, 10))
        stage_ = Stage::broken;
    else
        stage_ = left_ > 0 ? Stage::body : Stage::complete;
}

std::size_t MessageReader::take_body(std::string_view bytes, Stage after)
{
    const std::size_t count = std::min(left_, bytes.size());
    body_.append(bytes.substr(0, count));
    left_ -= count;
    if (left_ == 0)
        stage_ = after;
    return count;
}

std::size_t MessageReader::take_line(std::string_view bytes)
{
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
        line_.append(bytes);
        return bytes.size();
    }
    line_.append(bytes.substr(0, end));
    if (line_.ends_with('\r'))
        line_.pop_back();
    end_line();
    line_.clear();
    return end + 1;
}

void MessageReader::end_line()
{
    if (stage_ == Stage::chunk_size)
        begin_chunk();
    else if (stage_ == Stage::chunk_end)
        stage_ = line_.empty() ? Stage::chunk_size : Stage::broken;
    else if (line_.empty())
        stage_ = Stage::complete;
}

void MessageReader::begin_chunk()
{
    if (!read_number(line_, left_, 16))
        stage_ = Stage::broken;
    else
        stage_ = left_ > 0 ? Stage::chunk : Stage::trailer;
}

} // namespace sluice::bench
