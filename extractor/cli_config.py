"""Options from a file: `extractor.toml` in the current folder, or the one that --config names.

A table a command, a key an option as the command line spells it, without its dashes:

    [run]
    lang = "fr"
    output = ["deals.csv", "deals.jsonl"]
    jobs = 2
    model = false

The command line wins over the file. Relative paths count from the current folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from extractor.values import ExtractorError

NAME = "extractor.toml"


def read_config(path: Path | None, context: typer.Context) -> dict[str, Any]:
    """The options that a file sets, by command and parameter; ExtractorError names file and key of a fault."""
    place = path or Path(NAME)
    if path is None and not place.is_file():
        return {}
    try:
        data = tomllib.loads(place.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ExtractorError(f"{place}: {error.strerror}") from error
    except ValueError as error:  # TOML or its UTF-8
        raise ExtractorError(f"{place}: found no TOML: {error}") from error
    return _commands(data, context.command, context, str(place))


def _commands(data: Mapping[str, Any], group: Any, context: typer.Context, place: str) -> dict[str, Any]:
    commands = group.commands
    options: dict[str, Any] = {}
    for name, table in data.items():
        if name not in commands or not isinstance(table, dict):
            raise ExtractorError(f"{place}: {name}: no table of a command: there are {_listed(commands)}")
        inside = _commands if hasattr(commands[name], "commands") else _options
        options[name] = inside(table, commands[name], context, f"{place}: {name}")
    return options


def _options(table: Mapping[str, Any], command: Any, context: typer.Context, place: str) -> dict[str, Any]:
    known = {
        max(option.opts, key=len).lstrip("-"): option
        for option in command.params
        if option.param_type_name == "option"
    }
    options: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ExtractorError(f"{place}.{key}: no such option: there are {_listed(known)}")
        option = known[key]
        given = [value] if option.multiple and not isinstance(value, list) else value
        try:
            option.process_value(context, given)
        except typer.BadParameter as error:
            raise ExtractorError(
                f"{place}.{key}: found {value!r}: {' '.join(error.message.split())}"
            ) from error
        options[option.name] = given
    return options


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names))
