// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "base/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Results go to stdout, everything else to stderr. Text that comes from users, commands or servers
// passes printable() before it gets here, or is written by print_bytes().

void print(std::string_view text); // with a newline
void print_bytes(std::string_view bytes);

// `sluice: …` on stderr, once for each line of `text`; unprintable bytes are replaced.
void complain(std::string_view text);

// Writes out what print() has kept. Errors: unavailable (a full disk, a closed pipe).
Result<void> flush_output();

enum class Tint : std::uint8_t { plain, good, bad, busy, faint };

// The text in colour, when stdout is a terminal and NO_COLOR is not set.
std::string tinted(std::string_view text, Tint tint);

bool stdout_is_terminal();
bool stderr_is_terminal();

// Columns as wide as their widest cell; the last one is not padded. Unprintable bytes are replaced.
class Table {
public:
    explicit Table(std::vector<std::string> titles);

    struct Cell {
        std::string text;
        Tint tint = Tint::plain;

        Cell(std::string given, Tint colour = Tint::plain);
        Cell(const char* given) : Cell(std::string(given)) {}
    };
    void add(std::vector<Cell> row);
    std::string text() const;

private:
    std::vector<std::string> titles_;
    std::vector<std::vector<Cell>> rows_;
};

// A document as JSON (indented) or YAML; `table` and `name` have words of their own and count as
// JSON here.
void print_document(OutputFormat format, const Json& document);

} // namespace sluice
