"""What was said on a topic, as a page and a program read it. Hidden words are in none of it, but for
who said them and who moderates there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, F, Q

from consultations import diffs, seats
from consultations.models import Flag, Opinion, Stance, Topic, Wording
from consultations.workflow import OPEN, PUBLIC, STANCES, Fate, OpinionKind
from govgrid.core.parts import may_have
from grids import scoping

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from consultations.models import OpinionQuerySet
    from govgrid.accounts.models import User

    Person = User | AnonymousUser

# Of fewer, what each said could be told.
FLOOR = 5
MODERATE = "consultations.moderate"
# What stands for itself on the list; replies stand below it.
HEADS = Q(parent=None)
# An amendment says what it amends again, but for a word.
LEADS_TO_HIDDEN = Q(kind=OpinionKind.AMENDMENT, amends__hidden_at__isnull=False)


class Tally(NamedTuple):
    """How many are for it, neither and against; None each where they are fewer than five in all."""

    total: int
    agree: int | None
    neither: int | None
    disagree: int | None

    @property
    def shares(self) -> tuple[int, int, int] | None:
        """Of a hundred, in the same order."""
        if self.agree is None or self.neither is None or self.disagree is None:
            return None
        agree, disagree = (round(100 * one / self.total) for one in (self.agree, self.disagree))
        return agree, max(100 - agree - disagree, 0), disagree


class Said(NamedTuple):
    """One thing that was said, with what a reader may know of it."""

    one: Opinion
    tally: Tally | None
    mine: int | None
    replies: list[Opinion]
    pieces: list[diffs.Piece]
    is_mine: bool

    @property
    def is_hidden(self) -> bool:
        return self.one.hidden_at is not None

    @property
    def parent_url(self) -> str:
        return self._url_of(self.one.parent)

    @property
    def amends_url(self) -> str:
        return self._url_of(self.one.amends)

    def _url_of(self, other: Opinion | None) -> str:
        """Nowhere where it is hidden."""
        if other is None or other.hidden_at is not None:
            return ""
        return _of(other, self.one.topic).get_absolute_url()


def readable(user: Person, topic: Topic) -> OpinionQuerySet:
    """Mirrors ``rules.can_read_opinion``; a test holds them equal. The topic must be seen already."""
    rows = Opinion.objects.filter(topic=topic)
    if user.is_authenticated and user.has_perm(MODERATE, topic):
        return rows
    asked = Q(hidden_at=None) & (HEADS | Q(parent__hidden_at=None)) & ~LEADS_TO_HIDDEN
    if user.is_authenticated:
        asked |= Q(author=user.pk) | Q(entered_by=user.pk)
    return rows.filter(asked)


def listed(user: Person, topic: Topic, **narrowed: Any) -> QuerySet[Opinion]:
    """What stands for itself, the newest first: without replies and without earlier wordings."""
    rows = readable(user, topic).filter(HEADS, superseded_at=None, **narrowed)
    return rows.order_by("-pk")


def most_supported(topic: Topic, most: int) -> list[Opinion]:
    """Suggestions that stand: those that most are for come first."""
    if not may_have(topic, "opinions"):
        return []
    rows = Opinion.objects.filter(topic=topic).suggestions().standing()
    backed = Count("stances", filter=Q(stances__value=1))
    return list(rows.annotate(backed=backed).order_by("-backed", "pk")[:most])


def shown(user: Person, topic: Topic, rows: Iterable[Opinion]) -> list[Said]:
    """With tallies, replies and diffs: at most six statements, however many rows."""
    found = list(rows)
    ids = [one.pk for one in found]
    tallies, mine = _tallies(ids), _mine(user, ids)
    replies = _replies(user, topic, found)
    bases = _bases(topic, found)
    return [
        Said(
            one=_of(one, topic),
            tally=_tally(one.tally, tallies.get(one.pk))
            if one.kind == OpinionKind.SUGGESTION
            else None,
            mine=mine.get(one.pk),
            replies=replies.get(one.pk, []),
            pieces=_pieces(one, bases),
            is_mine=user.pk in {one.author_id, one.entered_by_id} and user.is_authenticated,
        )
        for one in found
    ]


def _of(one: Opinion, topic: Topic) -> Opinion:
    one.topic = topic
    return one


def _tallies(ids: Sequence[int]) -> dict[int, dict[int, int]]:
    rows = Stance.objects.filter(opinion__in=ids).order_by().values_list("opinion", "value")
    found: dict[int, dict[int, int]] = {}
    for opinion, value, count in rows.annotate(count=Count("pk")):
        found.setdefault(opinion, {})[value] = count
    return found


def _tally(kept: Sequence[int] | None, counts: dict[int, int] | None) -> Tally:
    """As it is counted now; once the stances are erased, as it was."""
    if not counts and kept:
        counts = dict(zip((1, 0, -1), kept, strict=True))
    counts = counts or {}
    total = sum(counts.values())
    if total < FLOOR:
        return Tally(total, None, None, None)
    return Tally(total, *(counts.get(value, 0) for value in STANCES))


def tally_of(topic: Topic) -> Tally:
    """Of the topic itself, in its present wording."""
    if not may_have(topic, "stances"):
        return _tally(topic.tally, None)
    rows = Stance.objects.filter(topic=topic, opinion=None, version=topic.version).order_by()
    return _tally(topic.tally, dict(rows.values_list("value").annotate(count=Count("pk"))))


def stance_of(user: Person, topic: Topic) -> int | None:
    """What this person said of the topic in its present wording."""
    if not user.is_authenticated or not may_have(topic, "own_stance"):
        return None
    rows = Stance.objects.filter(topic=topic, opinion=None, user=user.pk, version=topic.version)
    return rows.values_list("value", flat=True).first()


def _mine(user: Person, ids: Sequence[int]) -> dict[int, int]:
    if not user.is_authenticated:
        return {}
    rows = Stance.objects.filter(opinion__in=ids, user=user.pk)
    return dict(rows.values_list("opinion", "value"))


def _replies(user: Person, topic: Topic, heads: Sequence[Opinion]) -> dict[int, list[Opinion]]:
    known = {one.pk: one for one in heads}
    rows = readable(user, topic).filter(parent__in=known).select_related("author").order_by("pk")
    found: dict[int, list[Opinion]] = {}
    for one in rows:
        if one.parent_id is not None:
            one.parent = known[one.parent_id]
            found.setdefault(one.parent_id, []).append(_of(one, topic))
    return found


class Bases(NamedTuple):
    """What amendments and later wordings are compared with."""

    opinions: dict[int, str]
    wordings: dict[int, str]


def _bases(topic: Topic, rows: Sequence[Opinion]) -> Bases:
    """Only words that everybody may read: a diff would show what it strikes out."""
    before = {one.amends_id for one in rows if one.amends_id}
    opinions = (
        dict(Opinion.objects.shown().filter(pk__in=before).values_list("pk", "body"))
        if before
        else {}
    )
    wordings = {topic.version: topic.body}
    if any(one.of_version not in {None, topic.version} for one in rows):
        wordings |= dict(Wording.objects.filter(topic=topic).values_list("version", "body"))
    return Bases(opinions, wordings)


def _pieces(one: Opinion, bases: Bases) -> list[diffs.Piece]:
    """The diff, or nothing where the words before are not to be read."""
    if one.amends_id is not None:
        before = bases.opinions.get(one.amends_id)
    else:
        before = bases.wordings.get(one.of_version) if one.of_version is not None else None
    return diffs.diff(before, one.body) if before is not None else []


def one_of(user: Person, topic: Topic, serial: int) -> Opinion | None:
    """What stands under this number for this reader."""
    rows = readable(user, topic).select_related("author", "parent", "amends", "watched_by")
    found = rows.filter(serial=serial).first()
    return _of(found, topic) if found else None


def later_than(user: Person, one: Opinion) -> Opinion | None:
    """The wording that stands in its place."""
    if one.superseded_at is None:
        return None
    rows = readable(user, one.topic).filter(amends=one, kind=one.kind)
    return rows.order_by("-pk").first()


class Standing(NamedTuple):
    """What stands for itself on a topic, for everybody to read: how many of each kind, and how many
    suggestions were adopted, adopted in part, not adopted."""

    kinds: dict[str, int]
    fates: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


def counts(topic: Topic) -> Standing:
    """One statement, however much was said."""
    if not may_have(topic, "opinions"):
        return Standing({}, {})
    rows = Opinion.objects.filter(topic=topic, parent=None, superseded_at=None).order_by()
    public = rows.filter(hidden_at=None).exclude(LEADS_TO_HIDDEN).values_list("kind", "fate")
    kinds: dict[str, int] = {}
    by_fate: dict[str, int] = {}
    for kind, fate, count in public.annotate(count=Count("pk")):
        kinds[kind] = kinds.get(kind, 0) + count
        by_fate[fate] = by_fate.get(fate, 0) + count
    return Standing(kinds, {one.value: by_fate[one] for one in Fate if one in by_fate})


def hidden_count(topic: Topic) -> int:
    return Opinion.objects.filter(topic=topic, hidden_at__isnull=False).count()


# ── for moderators ────────────────────────────────────────────────────────────────────────────


def moderates(user: Person) -> bool:
    """Anywhere; asks nothing more than the posts and seats that are read anyway."""
    return bool(seats.by_seat(user, MODERATE) or scoping.prefixes(user, MODERATE))


def flags_of(rows: Iterable[Opinion]) -> dict[int, list[Flag]]:
    """The open ones of each; who flagged is not told."""
    found: dict[int, list[Flag]] = {}
    for one in Flag.objects.open().filter(opinion__in=[row.pk for row in rows]).order_by("pk"):
        found.setdefault(one.opinion_id, []).append(one)
    return found


# ── the map ───────────────────────────────────────────────────────────────────────────────────

# So many people must have said something new before a map is drawn anew: the difference between
# two maps tells as little of one person as a map does.
CHANGED = 10


def to_map() -> list[Topic]:
    """Topics on which enough has changed since their map was drawn."""
    states = sorted(OPEN & PUBLIC)
    rows = Stance.objects.filter(
        opinion__isnull=False, opinion__kind=OpinionKind.SUGGESTION, topic__state__in=states
    ).order_by()
    newer = Q(topic__mapped_at=None) | Q(at__gt=F("topic__mapped_at"))
    changed = rows.values("topic").annotate(many=Count("user", filter=newer, distinct=True))
    ids = [one["topic"] for one in changed.filter(many__gte=CHANGED)]
    return list(Topic.objects.filter(pk__in=ids).order_by("pk"))


def stances_to_map(topic: Topic) -> dict[tuple[int, int], int]:
    """(person, number of the suggestion) → stance, of the suggestions that stand."""
    rows = Stance.objects.filter(opinion__in=Opinion.objects.suggestions().standing(), topic=topic)
    return {
        (user, serial): value
        for user, serial, value in rows.values_list("user", "opinion__serial", "value")
    }


class Dot(NamedTuple):
    """Where something lies on the drawing, 640 wide and 420 high, and how large it is: as SVG
    writes numbers, whatever the language of the page. ``people``: of a group."""

    x: str
    y: str
    r: str
    label: str
    people: int = 0


class Statement(NamedTuple):
    """A suggestion on the map with the shares of a hundred that are for it and against."""

    one: Opinion
    people: int
    agree: int
    disagree: int
    by_group: list[list[int]]
    unites: bool
    divides: bool


class Drawn(NamedTuple):
    """The map of a topic as it is shown; suggestions that were hidden since are left out."""

    people: int
    groups: list[Dot]
    dots: list[Dot]
    statements: list[Statement]

    @property
    def is_split(self) -> bool:
        return len(self.groups) > 1


WIDTH, HEIGHT, EDGE = 640, 420, 60


def map_of(topic: Topic) -> Drawn | None:
    """What was stored, with the words of the suggestions that still stand there for everybody."""
    stored = topic.opinion_map
    if not stored:
        return None
    serials = [one["serial"] for one in stored["statements"]]
    rows = Opinion.objects.filter(topic=topic, serial__in=serials).suggestions().shown()
    known = {one.serial: _of(one, topic) for one in rows}
    kept = [one for one in stored["statements"] if one["serial"] in known]
    return Drawn(
        people=stored["people"],
        groups=[
            _dot(one, chr(ord("A") + n), r=24 + min(one["size"], 200) / 4)
            for n, one in enumerate(stored["groups"])
        ],
        dots=[_dot(one, str(one["serial"]), r=11) for one in kept],
        statements=sorted(
            (
                Statement(
                    known[one["serial"]], one["people"], one["agree"], one["disagree"],
                    one["by_group"] or [], one["unites"], one["divides"],
                )
                for one in kept
            ),
            key=lambda one: (not one.unites, not one.divides, -one.agree, one.one.serial),
        ),
    )  # fmt: skip


def _dot(place: dict[str, Any], label: str, r: float) -> Dot:
    """Coordinates between −1 and 1 brought to the drawing."""
    across, down = WIDTH / 2 - EDGE, HEIGHT / 2 - EDGE
    x, y = WIDTH / 2 + place["x"] * across, HEIGHT / 2 - place["y"] * down
    return Dot(f"{x:.1f}", f"{y:.1f}", f"{r:.1f}", label, place.get("size", 0))
