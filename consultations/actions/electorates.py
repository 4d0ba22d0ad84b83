"""Bringing the list of who may vote in one ballot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from consultations import voters
from consultations.actions import ballots
from consultations.models import Ballot, Elector
from consultations.rows import Line
from consultations.workflow.ballots import Basis
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Problem

if TYPE_CHECKING:
    from govgrid.accounts.models import User


class Letter(NamedTuple):
    """What goes to a household: its code is told here, once, and kept nowhere."""

    label: str
    code: str


@transaction.atomic
def bring_electors(ballot: Ballot, lines: Sequence[Line], *, by: User) -> list[Letter]:
    """The whole list anew; gives the letters to print. All of it or nothing.

    Refused: ``no_list``, ``announced_already``, ``list_needed``, ``bad_rows``.
    """
    ballot = ballots.hold(ballot)
    ballots.may_ask(by, ballot)
    ballots.must_be_draft(ballot)
    if ballot.basis != Basis.LIST:
        raise Refused("no_list", _("Who lives there may vote in this ballot: it has no list."))
    if not lines:
        raise Refused("list_needed", _("The list is empty."))
    letters = [Letter(one.label, one.code or voters.new_code()) for one in lines]
    labels = [voters.label_key(ballot, one.label) for one in letters]
    codes = [voters.code_key(ballot, one.code) for one in letters]
    _check_once(labels, _("This household is on the list already."))
    _check_once(codes, _("This code is on the list already."))
    Elector.objects.filter(ballot=ballot).delete()
    Elector.objects.bulk_create(
        Elector(
            ballot=ballot, label=letter.label, label_key=label, code_key=code,
            floor_area=one.floor_area,
        )
        for one, letter, label, code in zip(lines, letters, labels, codes, strict=True)
    )  # fmt: skip
    return letters


def _check_once(keys: Sequence[str], sentence: str) -> None:
    often = {key for key, many in Counter(keys).items() if many > 1}
    if often:
        # Line 1 of a file is its head.
        raise BadRows(Problem(n, sentence) for n, key in enumerate(keys, start=2) if key in often)
