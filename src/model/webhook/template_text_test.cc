// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_text.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace sluice::template_text_test {
namespace {

using Path = std::vector<std::string>;

// "literal|<metadata/a/b>|literal"
std::string read(std::string_view text)
{
    const Result<std::vector<TemplatePart>> parts = parse_template(text);
    if (!parts)
        return "refused";
    std::string all;
    for (const TemplatePart& part : *parts) {
        all += all.empty() ? "" : "|";
        if (const auto* literal = std::get_if<std::string>(&part)) {
            all += *literal;
            continue;
        }
        const auto& placeholder = std::get<Placeholder>(part);
        constexpr const char* names[] = {"metadata", "task", "batch", "attempt"};
        all += std::string("<") + names[static_cast<int>(placeholder.variable)];
        for (const std::string& name : placeholder.path)
            all += "/" + name;
        all += ">";
    }
    return all;
}

TEST(Template, without_braces_is_itself)
{
    EXPECT_EQ(read(""), "");
    EXPECT_EQ(read("abc"), "abc");
    EXPECT_EQ(read("{a} }} { }"), "{a} }} { }");
    EXPECT_EQ(read("{\"a\":{\"b\":1}}"), "{\"a\":{\"b\":1}}");
}

TEST(Template, has_four_variables)
{
    EXPECT_EQ(read("{{metadata}}"), "<metadata>");
    EXPECT_EQ(read("{{task.id}}"), "<task>");
    EXPECT_EQ(read("{{batch.id}}"), "<batch>");
    EXPECT_EQ(read("{{attempt}}"), "<attempt>");
    EXPECT_EQ(read("a{{task.id}}b{{attempt}}{{attempt}}c"), "a|<task>|b|<attempt>|<attempt>|c");
}

TEST(Template, paths_go_by_names_and_numbers)
{
    EXPECT_EQ(read("{{metadata.user.name}}"), "<metadata/user/name>");
    EXPECT_EQ(read("{{metadata.items.0.a-b_c}}"), "<metadata/items/0/a-b_c>");
    EXPECT_EQ(read("{{metadata.größe}}"), "<metadata/größe>");
    EXPECT_EQ(read("{{ \tmetadata.a  }}"), "<metadata/a>");
}

TEST(Template, names_with_other_characters_are_quoted)
{
    EXPECT_EQ(read("{{metadata['a.b'].c}}"), "<metadata/a.b/c>");
    EXPECT_EQ(read("{{metadata['it''s']['x y']}}"), "<metadata/it's/x y>");
    EXPECT_EQ(read("{{metadata['}}']['{{']['\"']}}"), "<metadata/}}/{{/\">");
    EXPECT_EQ(read("{{metadata['']}}"), "<metadata/>");
    EXPECT_EQ(read("{{metadata['plain']}}"), "<metadata/plain>");
}

TEST(Template, four_braces_are_two_literal_ones)
{
    EXPECT_EQ(read("{{{{"), "{{");
    EXPECT_EQ(read("a {{{{task.id}} b"), "a {{task.id}} b");
    EXPECT_EQ(read("{{{{{{task.id}}"), "{{|<task>");
    EXPECT_EQ(read("{{{{{{{{"), "{{{{");
}

TEST(Template, a_single_brace_in_front_of_a_placeholder_is_literal)
{
    EXPECT_EQ(read("{{{attempt}}}"), "{|<attempt>|}");
    EXPECT_EQ(read("{\"a\":{{{attempt}}}}"), "{\"a\":{|<attempt>|}}");
    EXPECT_EQ(read("{{{{{attempt}}"), "{{{attempt}}");
}

TEST(Template, a_placeholder_remembers_how_it_was_written)
{
    const std::vector<TemplatePart> parts = parse_template("x{{ metadata['a.b'] }}y").value();
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_EQ(std::get<Placeholder>(parts[1]).text, "{{ metadata['a.b'] }}");
    EXPECT_EQ(std::get<Placeholder>(parts[1]).path, Path({"a.b"}));
}

TEST(Template, that_cannot_be_read_is_refused)
{
    for (const char* text :
         {"{{", "{{}}", "{{ }}", "{{metadata", "{{metadata}", "{{metadata.}}", "{{metadata..a}}",
          "{{.a}}", "{{metadata.a b}}", "{{metadata[0]}}", "{{metadata['a}}", "{{metadata['a'}}",
          "{{metadata['a'b']}}", "{{metadata[\"a\"]}}", "{{metadata/a}}", "{{meta{{data}}}}",
          "{{metadata.a|upper}}", "{{{{{{"})
        EXPECT_EQ(read(text), "refused") << text;
}

TEST(Template, with_an_unknown_variable_is_refused)
{
    for (const char* text :
         {"{{task}}", "{{task.name}}", "{{batch}}", "{{attempt.x}}", "{{Metadata.a}}", "{{id}}",
          "{{task.id.x}}", "{{['metadata']}}"})
        EXPECT_EQ(read(text), "refused") << text;
    EXPECT_EQ(
        parse_template("{{task.name}}").error().detail,
        "{{task.name}} is an unknown variable (accepted: {{metadata.path}}, {{metadata['a "
        "name']}}, "
        "{{task.id}}, {{batch.id}}, {{attempt}}, and {{{{ for a literal {{)"
    );
}

TEST(Template, a_broken_placeholder_is_shown_in_part_and_without_control_characters)
{
    const std::string why = parse_template("{{\x1b[2J" + std::string(100'000, 'a')).error().detail;
    EXPECT_TRUE(why.starts_with("'{{\\x1b[2Jaaaa")) << why.substr(0, 100);
    EXPECT_LT(why.size(), 400u);
}

TEST(Template, placeholders_are_limited_in_size)
{
    const std::size_t frame = std::string_view("{{metadata.}}").size() - 2;
    const std::string fits = "{{metadata." + std::string(placeholder_bytes_max - frame, 'a') + "}}";
    EXPECT_TRUE(parse_template(fits + fits));
    EXPECT_FALSE(parse_template("{{ " + fits.substr(2)));
}

TEST(Template, any_literal_text_can_be_written)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        SeededRandom random(seed);
        const std::string text = random_text(random, "{}a", random.next() % 12);
        std::string escaped;
        for (std::size_t i = 0; i < text.size();) {
            const bool is_pair = text.compare(i, 2, "{{") == 0;
            escaped += is_pair ? "{{{{" : text.substr(i, 1);
            i += is_pair ? 2 : 1;
        }
        EXPECT_EQ(read(escaped), text) << "seed " << seed << ": " << escaped;
    }
}

TEST(Template, never_fails_to_end_on_any_text)
{
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        SeededRandom random(seed);
        const std::string text = random_text(random, "{}.[]' metadata", random.next() % 40);
        const Result<std::vector<TemplatePart>> parts = parse_template(text);
        for (std::size_t i = 0; parts && i < parts->size(); ++i)
            if (const auto* literal = std::get_if<std::string>(&(*parts)[i])) {
                EXPECT_FALSE(literal->empty()) << "seed " << seed;
                const bool after_literal =
                    i > 0 && std::holds_alternative<std::string>((*parts)[i - 1]);
                EXPECT_FALSE(after_literal) << "seed " << seed;
            }
    }
}

} // namespace
} // namespace sluice::template_text_test
