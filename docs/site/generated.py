# SPDX-License-Identifier: Apache-2.0
"""What the program says of itself, as Markdown: so the guide cannot say something else."""

import json
import re
import subprocess

SUBCOMMAND = re.compile(r"(?m)^  (\w+) {2,}\S")


def parts(binary):
    """name in a mark → function that makes the text."""
    return {
        "commands": lambda: commands(binary),
        "pipeline": lambda: pipeline(json.loads(said(binary, "schema"))),
        "settings": lambda: fenced(said(binary, "config")),
    }


def said(binary, *arguments):
    environment = {"HOME": "/home/you", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([binary, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{binary} {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def fenced(text, language="text"):
    return f"```{language}\n{text.rstrip()}\n```\n"


# --- commands ------------------------------------------------------------------------------------


def commands(binary, *words):
    """The --help of a command and of those below it, in the order in which it lists them."""
    text = said(binary, *words, "--help")
    level = "#" * min(len(words) + 1, 3)
    made = [f"{level} sluice {' '.join(words)}\n" if words else "", fenced(text)]
    for name in subcommands_of(text):
        made.append(commands(binary, *words, name))
    return "\n".join(made)


def subcommands_of(text):
    listed = re.search(r"(?ms)^Subcommands:\n(.*?)(?:\n\n|\Z)", text)
    return SUBCOMMAND.findall(listed[1] + "\n") if listed else []


# --- pipeline files ------------------------------------------------------------------------------


def pipeline(schema):
    """A table of all members, each with what stands below it."""
    made = ["| member | type | meaning |\n|---|---|---|\n"]
    for name, member in schema["properties"].items():
        member = resolved(schema, member)
        made += rows_of(schema, name, member, name in schema["required"])
    return "".join(made)


def resolved(schema, member):
    if "$ref" not in member:
        return member
    target = schema
    for step in member["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return target | {key: value for key, value in member.items() if key != "$ref"}


def rows_of(schema, path, member, is_required):
    yield row(path, member, is_required)
    for place in places_below(member):
        needed = place.get("required", [])
        for name, below in place.get("properties", {}).items():
            yield from rows_of(schema, f"{path}{place['at']}.{name}", below, name in needed)


def places_below(member):
    """Where members of a member are: in itself, or in the items of a list, of several forms."""
    yield member | {"at": ""}
    items = member.get("items", {})
    for form in items.get("oneOf", []):
        yield form | {"at": "[]"}


def row(path, member, is_required):
    meaning = member.get("description", "")
    example = member.get("examples", [None])[0]
    if example is not None:
        meaning += f" For instance `{json.dumps(example, ensure_ascii=False)}`."
    notes = [type_of(member), need_of(member, is_required)]
    cells = (f"`{path}`", ", ".join(note for note in notes if note), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def type_of(member):
    if "enum" in member:
        return ", ".join(f"`{word}`" for word in member["enum"] if word is not None)
    names = member.get("type", "object")
    names = [names] if isinstance(names, str) else [name for name in names if name != "null"]
    words = {"string": "text", "array": "list", "object": "object"}
    text = " or ".join(words.get(name, name) for name in names)
    bounds = (member.get("minimum"), member.get("maximum"))
    return text + (f", {bounds[0]} to {bounds[1]}" if None not in bounds else "")


def need_of(member, is_required):
    if is_required:
        return "required"
    default = member.get("default")
    return "" if default in (None, "", {}, []) else f"default `{json.dumps(default)}`"
