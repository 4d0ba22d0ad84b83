"""The three catalogues: what is said in the code, in simplified and traditional Chinese and English.

Sorted and without line numbers or dates, so that two branches merge. English is its own source;
traditional Chinese is made from simplified by opencc.
A tool for developers: it needs what ``script/bootstrap --dev`` installs.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings

from govgrid.core.text import traditional

LOCALES = ("zh_Hans", "zh_Hant", "en")
IGNORED = [
    # A locale directory that is walked would take what lies beside it away from the scratch file.
    "govgrid/locale/*",
    *("var/*", ".venv/*", "node_modules/*", "tests/*", "docs/*", "script/*", "benchmarks/*"),
]
_PLURALS = {"en": "nplurals=2; plural=(n != 1);"}
_HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n"Language: {locale}\\n"\n"Plural-Forms: {plurals}\\n"\n\n'
)

# Context and English text; the singular stands for both numbers.
Key = tuple[str, str]


def path(locale: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.po"


def _key(message: Message) -> Key:
    one = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", one


def texts(message: Message) -> list[str]:
    """The translations of a message, one for each number."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _read(source: Path) -> dict[Key, Message]:
    if not source.exists():
        return {}
    with source.open("rb") as file:
        return {_key(one): one for one in read_po(file) if one.id}


def load(locale: str) -> dict[Key, Message]:
    return _read(path(locale))


def extract() -> dict[Key, Message]:
    """Everything that the code and the templates say."""
    with tempfile.TemporaryDirectory() as scratch, override_settings(LOCALE_PATHS=[scratch]):
        target = Path(scratch) / "en" / "LC_MESSAGES" / "django.po"
        target.parent.mkdir(parents=True)
        call_command(
            "makemessages",
            locale=["en"],
            ignore_patterns=IGNORED,
            no_location=True,
            verbosity=0,
        )
        return _read(target)


def merge() -> dict[str, int]:
    """Bring all three catalogues up to date; gives what is still untranslated in each."""
    said, old = extract(), load("zh_Hans")
    _write("en", {key: _with(one, _english(one)) for key, one in said.items()})
    hans = {key: _with(one, _kept(one, old.get(key))) for key, one in said.items()}
    _write("zh_Hans", hans)
    _write("zh_Hant", {k: _with(m, [traditional(t) for t in texts(m)]) for k, m in hans.items()})
    return {locale: len(untranslated(load(locale).values())) for locale in LOCALES}


def _english(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def _kept(message: Message, old: Message | None) -> list[str]:
    return texts(old)[:1] if old is not None else [""]


def _with(message: Message, strings: list[str]) -> Message:
    plural = not isinstance(message.id, str)
    flags = set(message.flags) - {"fuzzy"}
    string = tuple(strings) if plural else strings[0]
    return Message(message.id, string, context=message.context, flags=flags)


def untranslated(messages: Iterable[Message]) -> list[Message]:
    """Messages with nothing in them, or with a doubt left on them."""
    return [one for one in messages if one.fuzzy or not all(texts(one))]


def broken(messages: Iterable[Message]) -> list[str]:
    """Translations that invented a ``%(place)s``, or lost one without a number to spare it."""
    return [_key(one)[1] for one in messages if _places_differ(one)]


def _places_differ(message: Message) -> bool:
    asked = set().union(*(_places(text) for text in _english(message)))
    given = [_places(text) for text in texts(message)]
    if any(places - asked for places in given):
        return True
    return isinstance(message.id, str) and given[0] != asked


def _places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def _write(locale: str, messages: dict[Key, Message]) -> None:
    catalogue = Catalog(locale=locale)
    for one in messages.values():
        catalogue.add(one.id, one.string, context=one.context, flags=one.flags)
    path(locale).parent.mkdir(parents=True, exist_ok=True)
    with path(locale).open("wb") as file:
        plurals = _PLURALS.get(locale, "nplurals=1; plural=0;")
        file.write(_HEADER.format(locale=locale, plurals=plurals).encode())
        write_po(file, catalogue, width=100, omit_header=True, sort_output=True, no_location=True)


def compile_all() -> None:
    """Make the binary catalogues that the running system reads."""
    for locale in LOCALES:
        source = path(locale)
        subprocess.run(  # noqa: S603 our own paths
            ["msgfmt", "--check-format", "-o", str(source.with_suffix(".mo")), str(source)],  # noqa: S607
            check=True,
        )
