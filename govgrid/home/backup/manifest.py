"""What a backup says about itself."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from govgrid.home.backup.archive import Member, is_safe
from govgrid.home.backup.trouble import Trouble

# Raised when an older program could not read what a newer one writes.
FORMAT = 1
PROGRAM = "govgrid"
TABLE = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Key:
    """One of PRIVACY_KEYS: how to recognise it, and how many texts only it opens."""

    check: str
    sealed: int


@dataclass(frozen=True)
class Manifest:
    version: str
    made_at: str
    # As server_version_num: 150012.
    postgresql: int
    postgis: str
    # All that were applied, as app.name.
    migrations: list[str]
    rows: dict[str, int]
    keys: dict[str, Key]
    # Named by a row, and not on the disk when the backup was made.
    missing_media: list[str]
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())

    @property
    def sealed_count(self) -> int:
        return sum(key.sealed for key in self.keys.values())

    @property
    def size(self) -> int:
        return sum(member.size for member in self.members.values())

    @property
    def media(self) -> list[str]:
        return [name for name in self.members if name.startswith("media/")]

    def to_json(self) -> bytes:
        said = {"program": PROGRAM, "format": FORMAT, **asdict(self)}
        said["members"] = {name: member._asdict() for name, member in self.members.items()}
        return json.dumps(said, indent=1, ensure_ascii=False).encode()


def parse(text: bytes) -> Manifest:
    """The manifest, or Trouble where another program or a newer one wrote it."""
    said = _object(text)
    if said.pop("program", None) != PROGRAM:
        raise Trouble("This is not a backup of GovGrid.")
    if said.pop("format", None) != FORMAT:
        raise Trouble("A newer GovGrid made this backup: restore it with that version.")
    try:
        keys = {name: Key(**key) for name, key in said.pop("keys").items()}
        members = {name: Member(**one) for name, one in said.pop("members").items()}
        manifest = Manifest(keys=keys, members=members, **said)
    except (AttributeError, KeyError, TypeError) as error:
        raise Trouble("The manifest of this backup cannot be understood.") from error
    _check_names(manifest)
    return manifest


def _object(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Trouble("The manifest of this backup cannot be understood.") from error
    return said if isinstance(said, dict) else {}


def _check_names(manifest: Manifest) -> None:
    """What becomes part of a statement or of a path is a plain name."""
    if not all(TABLE.fullmatch(table) for table in manifest.rows):
        raise Trouble("The manifest of this backup names a table that cannot be one of ours.")
    if not all(isinstance(count, int) for count in manifest.rows.values()):
        raise Trouble("The manifest of this backup cannot be understood.")
    if not all(is_safe(name) for name in manifest.members):
        raise Trouble("The manifest of this backup names a file outside its folder.")
