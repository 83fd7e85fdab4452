// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_text.h"

#include "base/text.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view accepted =
    "accepted: {{metadata.path}}, {{metadata['a name']}}, {{task.id}}, {{batch.id}}, {{attempt}}, "
    "and {{{{ for a literal {{";

constexpr std::size_t shown_max = 60; // bytes of a broken placeholder that a message repeats

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

// Reads one placeholder from behind its opening braces.
class PlaceholderReader {
public:
    explicit PlaceholderReader(std::string_view text) : all_(text), rest_(text) {}

    Result<Placeholder> read()
    {
        std::vector<std::string> names;
        skip_blanks();
        bool good = read_name(names);
        while (good && !rest_.empty() && (rest_.front() == '.' || rest_.front() == '['))
            good = read_step(names);
        skip_blanks();
        if (!good || !take("}}") || read_so_far().size() > placeholder_bytes_max)
            return refused();
        return interpret(std::move(names));
    }

    // The text behind the closing braces.
    std::string_view rest() const { return rest_; }

private:
    void skip_blanks()
    {
        while (take(" ") || take("\t")) {
        }
    }

    bool take(std::string_view prefix)
    {
        if (!rest_.starts_with(prefix))
            return false;
        rest_.remove_prefix(prefix.size());
        return true;
    }

    bool read_name(std::vector<std::string>& names)
    {
        std::size_t size = 0;
        while (size < rest_.size() && is_name_character(rest_[size]))
            ++size;
        names.emplace_back(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return size > 0;
    }

    bool read_step(std::vector<std::string>& names)
    {
        if (take("."))
            return read_name(names);
        if (!take("['"))
            return false;
        std::string name;
        while (!rest_.starts_with("']")) {
            if (rest_.empty() || (rest_.front() == '\'' && !rest_.starts_with("''")))
                return false;
            name += rest_.front();
            rest_.remove_prefix(rest_.front() == '\'' ? 2 : 1);
        }
        names.push_back(std::move(name));
        return take("']");
    }

    Result<Placeholder> interpret(std::vector<std::string> names) const
    {
        Placeholder placeholder;
        placeholder.text = "{{" + std::string(read_so_far());
        if (names.front() == "metadata") {
            placeholder.path.assign(names.begin() + 1, names.end());
            return placeholder;
        }
        const std::string name = join(names, ".");
        if (name == "task.id")
            placeholder.variable = TemplateVariable::task_id;
        else if (name == "batch.id")
            placeholder.variable = TemplateVariable::batch_id;
        else if (name == "attempt")
            placeholder.variable = TemplateVariable::attempt;
        else
            return Error{
                Errc::invalid,
                fmt::format(
                    "{} is an unknown variable ({})", printable(placeholder.text), accepted
                )};
        return placeholder;
    }

    std::string_view read_so_far() const { return all_.substr(0, all_.size() - rest_.size()); }

    Error refused() const
    {
        const std::string shown = printable(all_.substr(0, shown_max));
        return {Errc::invalid, fmt::format("'{{{{{}' is not a placeholder ({})", shown, accepted)};
    }

    std::string_view all_;
    std::string_view rest_;
};

void append_literal(std::vector<TemplatePart>& parts, std::string_view text)
{
    if (text.empty())
        return;
    if (parts.empty() || !std::holds_alternative<std::string>(parts.back()))
        parts.emplace_back(std::string());
    std::get<std::string>(parts.back()) += text;
}

} // namespace

Result<std::vector<TemplatePart>> parse_template(std::string_view text)
{
    std::vector<TemplatePart> parts;
    while (!text.empty()) {
        const std::size_t braces = text.find("{{");
        append_literal(parts, text.substr(0, braces));
        if (braces == std::string_view::npos)
            break;
        text.remove_prefix(braces);
        if (text.starts_with("{{{{")) {
            append_literal(parts, "{{");
            text.remove_prefix(4);
        } else if (text.starts_with("{{{")) {
            append_literal(parts, "{");
            text.remove_prefix(1);
        } else {
            PlaceholderReader reader(text.substr(2));
            Result<Placeholder> placeholder = reader.read();
            if (!placeholder)
                return placeholder.error();
            parts.emplace_back(std::move(*placeholder));
            text = reader.rest();
        }
    }
    return parts;
}

} // namespace sluice
