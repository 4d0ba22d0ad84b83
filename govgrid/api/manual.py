"""Turns the OpenAPI document into what a page shows: chapters, operations, fields."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
# Deeper than this nobody reads a table.
DEPTH = 3


@dataclass(frozen=True)
class Field:
    """One line of a table; ``depth`` is how far it stands in."""

    name: str
    type: str
    is_required: bool
    words: str
    choices: tuple[str, ...]
    depth: int


@dataclass(frozen=True)
class Answer:
    status: str
    words: str
    shape: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    words: str
    is_public: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    result: tuple[Field, ...]
    answers: tuple[Answer, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    name: str
    operations: tuple[Operation, ...]


def chapters(document: dict[str, Any]) -> list[Chapter]:
    """The operations by tag, in the order of the document."""
    by_tag: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if said := item.get(method):
                by_tag.setdefault(said["tags"][0], []).append(
                    _operation(path, method, said, document)
                )
    return [Chapter(tag, tuple(found)) for tag, found in by_tag.items()]


def _operation(path: str, method: str, said: dict[str, Any], document: dict[str, Any]) -> Operation:
    content = _content(said.get("requestBody", {}))
    return Operation(
        id=said["operationId"],
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        words=_words(said),
        is_public={} in said.get("security", [{}]),
        parameters=tuple(_parameter(one, document) for one in said.get("parameters", [])),
        body=tuple(_fields(content.get("schema", {}), document)),
        result=tuple(_fields(_success(said), document)),
        answers=tuple(_answers(said)),
        examples=tuple(_examples(content)),
    )


def _words(said: dict[str, Any]) -> str:
    """The description without its marks: this page is no Markdown."""
    return said.get("description", "").replace("`", "")


def _content(holder: dict[str, Any]) -> dict[str, Any]:
    return holder.get("content", {}).get("application/json", {})


def _success(said: dict[str, Any]) -> dict[str, Any]:
    good = [_content(answer) for status, answer in said["responses"].items() if status < "300"]
    return good[0].get("schema", {}) if good else {}


def _answers(said: dict[str, Any]) -> Iterator[Answer]:
    for status, answer in sorted(said["responses"].items()):
        shape = _name(_content(answer).get("schema", {}))
        yield Answer(status, _words(answer), shape)


def _examples(content: dict[str, Any]) -> Iterator[str]:
    for example in content.get("examples", {}).values():
        yield json.dumps(example["value"], ensure_ascii=False, indent=2)


def _parameter(one: dict[str, Any], document: dict[str, Any]) -> Field:
    schema = one.get("schema", {})
    return Field(
        name=one["name"],
        type=_type(schema, document),
        is_required=one.get("required", False),
        words=_words(one),
        choices=_choices(schema, document),
        depth=0,
    )


def _fields(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Iterator[Field]:
    schema = _resolved(_member(schema), document)
    required = schema.get("required", [])
    for name, one in schema.get("properties", {}).items():
        yield Field(
            name=name,
            type=_type(one, document),
            is_required=name in required,
            words=_words(one),
            choices=_choices(one, document),
            depth=depth,
        )
        if depth < DEPTH:
            yield from _fields(one, document, depth + 1)


def _member(schema: dict[str, Any]) -> dict[str, Any]:
    """What matters of a schema: the rows of a list, the part of a choice that is not null."""
    if schema.get("type") == "array":
        return _member(schema["items"])
    for key in ("oneOf", "anyOf", "allOf"):
        parts = [part for part in schema.get(key, []) if part.get("type") != "null"]
        if parts:
            return _member(parts[0])
    return schema


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = _member(document["components"]["schemas"][_name(schema)])
    return schema


def _name(schema: dict[str, Any]) -> str:
    return schema.get("$ref", "").rpartition("/")[2]


def _type(schema: dict[str, Any], document: dict[str, Any]) -> str:
    inner = _resolved(_member(schema), document)
    said = inner.get("type", "any")
    word = inner.get("format") or (said if isinstance(said, str) else said[0])
    is_list = schema.get("type") == "array"
    return f"{word}[]" if is_list else word


def _choices(schema: dict[str, Any], document: dict[str, Any]) -> tuple[str, ...]:
    inner = _resolved(_member(schema), document)
    return tuple(str(choice) for choice in inner.get("enum", []) if choice not in {"", None})
