// SPDX-License-Identifier: Apache-2.0
#include "model/glob.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

using Bytes = std::bitset<256>;
using Places = std::vector<std::uint32_t>;

Bytes any_byte()
{
    return Bytes().set();
}

Bytes any_but_slash()
{
    return any_byte().reset('/');
}

void add_all(Places& places, const Places& more)
{
    for (const std::uint32_t place : more)
        if (std::find(places.begin(), places.end(), place) == places.end())
            places.push_back(place);
}

} // namespace

// Builds the states by Glushkov's construction: one state per byte set of the pattern, no empty
// steps. A fragment is known by the states it may begin with, those it may end with, and whether it
// may be empty.
class GlobParser {
public:
    explicit GlobParser(std::string_view pattern) : pattern_(pattern) {}

    Result<Glob> parse()
    {
        glob_.text_ = std::string(pattern_);
        if (pattern_.empty())
            return refused("it is empty");
        if (pattern_.size() > Glob::pattern_max)
            return refused(fmt::format("it is longer than {} bytes", Glob::pattern_max));
        if (pattern_.front() == '/')
            ++at_;
        if (pattern_.size() > at_ && pattern_.back() == '/') {
            glob_.directories_only_ = true;
            pattern_.remove_suffix(1);
        }
        Fragment whole = sequence(0);
        if (failure_.empty())
            check_segments();
        if (!failure_.empty())
            return refused(failure_);
        glob_.start_ = std::move(whole.first);
        for (const std::uint32_t state : whole.last)
            glob_.states_[state].next.push_back(Glob::accept);
        return std::move(glob_);
    }

private:
    struct Fragment {
        Places first, last;
        bool empty = true; // may match nothing
    };

    Error refused(std::string_view why) const
    {
        return {Errc::invalid, fmt::format("bad glob '{}': {}", printable(glob_.text_), why)};
    }

    // Ends the parsing; the first failure counts.
    void fail(std::string_view why, std::size_t at)
    {
        if (failure_.empty())
            failure_ = fmt::format("{} at byte {}", why, at + 1);
        at_ = pattern_.size();
    }

    bool done() const { return at_ == pattern_.size(); }

    Fragment one(const Bytes& bytes)
    {
        const auto state = static_cast<std::uint32_t>(glob_.states_.size());
        glob_.states_.push_back({bytes, {}});
        return {{state}, {state}, false};
    }

    Fragment repeated(const Bytes& bytes)
    {
        Fragment loop = one(bytes);
        glob_.states_[loop.first[0]].next.push_back(loop.first[0]);
        loop.empty = true;
        return loop;
    }

    // Zero or more directories: (name '/')*.
    Fragment directories()
    {
        Fragment segment = repeated(any_but_slash());
        append(segment, one(Bytes().set('/')));
        connect(segment.last, segment.first);
        segment.empty = true;
        return segment;
    }

    void connect(const Places& from, const Places& to)
    {
        for (const std::uint32_t state : from)
            add_all(glob_.states_[state].next, to);
    }

    void append(Fragment& left, Fragment right)
    {
        connect(left.last, right.first);
        if (left.empty)
            add_all(left.first, right.first);
        if (right.empty)
            add_all(right.last, left.last);
        left.last = std::move(right.last);
        left.empty = left.empty && right.empty;
    }

    // Up to the end of the pattern, or, inside braces, up to ',' or '}'.
    Fragment sequence(int depth)
    {
        Fragment whole;
        while (!done() && !(depth > 0 && (pattern_[at_] == ',' || pattern_[at_] == '}')))
            append(whole, item(depth));
        return whole;
    }

    Fragment item(int depth)
    {
        const std::size_t begin = at_;
        const char c = pattern_[at_++];
        switch (c) {
        case '*':
            return star(begin);
        case '?':
            return one(any_but_slash());
        case '[':
            return one(byte_class(begin));
        case '{':
            return braces(begin, depth + 1);
        case '\\':
            if (done()) {
                fail("'\\' without a character", begin);
                return {};
            }
            return one(Bytes().set(static_cast<std::uint8_t>(pattern_[at_++])));
        default:
            return one(Bytes().set(static_cast<std::uint8_t>(c)));
        }
    }

    Fragment star(std::size_t begin)
    {
        if (done() || pattern_[at_] != '*')
            return repeated(any_but_slash());
        while (!done() && pattern_[at_] == '*')
            ++at_;
        const bool segment_begins = begin == 0 || pattern_[begin - 1] == '/';
        if (!segment_begins || done() || pattern_[at_] != '/')
            return repeated(any_byte());
        ++at_;
        return directories();
    }

    Fragment braces(std::size_t begin, int depth)
    {
        if (depth > 16) {
            fail("braces nested deeper than 16", begin);
            return {};
        }
        Fragment any = sequence(depth);
        while (!done() && pattern_[at_] == ',') {
            ++at_;
            Fragment other = sequence(depth);
            add_all(any.first, other.first);
            add_all(any.last, other.last);
            any.empty = any.empty || other.empty;
        }
        if (done())
            fail("'{' without '}'", begin);
        else
            ++at_;
        return any;
    }

    Bytes byte_class(std::size_t begin)
    {
        const bool negated = !done() && (pattern_[at_] == '!' || pattern_[at_] == '^');
        at_ += negated ? 1 : 0;
        Bytes bytes;
        for (bool first = true; !done() && (first || pattern_[at_] != ']'); first = false) {
            const std::uint8_t low = class_byte();
            std::uint8_t high = low;
            if (at_ + 1 < pattern_.size() && pattern_[at_] == '-' && pattern_[at_ + 1] != ']') {
                ++at_;
                high = class_byte();
            }
            if (high < low)
                fail("a reversed range in '[]'", begin);
            for (int byte = low; byte <= high; ++byte)
                bytes.set(static_cast<std::size_t>(byte));
        }
        if (done())
            fail("'[' without ']'", begin);
        else
            ++at_;
        return (negated ? ~bytes : bytes).reset('/');
    }

    std::uint8_t class_byte()
    {
        if (pattern_[at_] == '\\' && at_ + 1 < pattern_.size())
            ++at_;
        const auto byte = static_cast<std::uint8_t>(pattern_[at_]);
        if (byte >= 0x80) {
            fail("only ASCII characters may stand in '[]'", at_);
            return 0;
        }
        ++at_;
        return byte;
    }

    // Paths have no empty, "." or ".." segments: such a pattern could never match.
    void check_segments()
    {
        for (const std::string& segment : split(pattern_.substr(pattern_.front() == '/'), '/')) {
            if (segment.empty() && !glob_.is_everything())
                failure_ = "an empty name between two '/'";
            if (segment == "." || segment == "..")
                failure_ = fmt::format("'{}' is not a name", segment);
        }
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    std::string failure_;
    Glob glob_;
};

Result<Glob> Glob::parse(std::string_view pattern)
{
    return GlobParser(pattern).parse();
}

bool Glob::matches(std::string_view path) const
{
    std::vector<std::size_t> ends;
    matching_prefixes(path, ends);
    return !ends.empty() && ends.back() == path.size();
}

void Glob::matching_prefixes(std::string_view path, std::vector<std::size_t>& ends) const
{
    ends.clear();
    std::vector<bool> queued(states_.size());
    Places now = start_, next;
    for (std::size_t i = 0; i < path.size() && !now.empty(); ++i) {
        bool accepted = false;
        next.clear();
        for (const std::uint32_t state : now) {
            if (state == accept || !states_[state].bytes[static_cast<std::uint8_t>(path[i])])
                continue;
            for (const std::uint32_t place : states_[state].next) {
                accepted = accepted || place == accept;
                if (place == accept || queued[place])
                    continue;
                queued[place] = true;
                next.push_back(place);
            }
        }
        for (const std::uint32_t place : next)
            queued[place] = false;
        std::swap(now, next);

        const bool is_file = i + 1 == path.size();
        const bool name_ends = is_file ? !directories_only_ : path[i + 1] == '/';
        if (accepted && name_ends)
            ends.push_back(i + 1);
    }
}

} // namespace sluice
