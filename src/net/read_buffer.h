// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace sluice {

// Bytes that have come and are not parsed yet. (Beast's buffers would bring Beast into headers.)
class ReadBuffer {
public:
    std::string_view bytes() const { return {bytes_.data() + begin_, end_ - begin_}; }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }

    // Free space behind the bytes, at least `count`; valid until the next call.
    std::span<char> room(std::size_t count)
    {
        if (begin_ > 0 && (empty() || bytes_.size() - end_ < count)) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, size());
            end_ -= begin_;
            begin_ = 0;
        }
        if (bytes_.size() - end_ < count)
            bytes_.resize(end_ + count);
        return {bytes_.data() + end_, bytes_.size() - end_};
    }

    void filled(std::size_t count) { end_ += count; }
    void used(std::size_t count) { begin_ += count; }

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace sluice
