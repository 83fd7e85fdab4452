// SPDX-License-Identifier: Apache-2.0
#include "store/change_rows.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {

namespace {

// Takes the next word, which ends with `end`, off the text.
std::string_view take_word(std::string_view& text, char end)
{
    const std::size_t length = std::min(text.find(end), text.size());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    return word;
}

template <class Number>
bool read(std::string_view word, Number& number)
{
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc() && end == word.data() + word.size();
}

std::optional<TaskState> read_state(std::string_view word)
{
    unsigned number = 0;
    if (!read(word, number) || number >= all_task_states.size())
        return std::nullopt;
    return static_cast<TaskState>(number);
}

std::optional<Move> parse_move(std::string_view line)
{
    Move move;
    if (!read(take_word(line, ' '), move.task.value) || !read(take_word(line, ' '), move.run.value))
        return std::nullopt;
    const std::string_view from = take_word(line, ' ');
    move.from = read_state(from);
    const std::optional<TaskState> to = read_state(line);
    if (!to || (!move.from && from != "-"))
        return std::nullopt;
    move.to = *to;
    return move;
}

} // namespace

std::string format_moves(const std::vector<Move>& moves)
{
    std::string text;
    text.reserve(moves.size() * 20);
    for (const Move& move : moves) {
        fmt::format_to(std::back_inserter(text), "{} {} ", move.task.value, move.run.value);
        if (move.from)
            fmt::format_to(std::back_inserter(text), "{}", static_cast<int>(*move.from));
        else
            text += '-';
        fmt::format_to(std::back_inserter(text), " {}\n", static_cast<int>(move.to));
    }
    return text;
}

std::vector<Move> parse_moves(std::string_view text)
{
    std::vector<Move> moves;
    while (!text.empty())
        if (const std::optional<Move> move = parse_move(take_word(text, '\n')))
            moves.push_back(*move);
    return moves;
}

} // namespace sluice
