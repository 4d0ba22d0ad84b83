"""The opinion map: what unites and what divides those who took stances, without persons. Pure.

People × suggestions with −1, 0 and 1 is brought to the two directions in which people differ most
(PCA); k-means finds two to five groups, and the silhouette how many. What comes out are groups of
ten and more, shares of ten and more stances, rounded, and where suggestions and groups lie; never a
person, and nothing from which one could be told. Only a task imports this: numpy is slow to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]

FLOOR = 10
# Who took fewer stances than this says too little to lie anywhere.
FEWEST_STANCES = 3
FEWEST_STATEMENTS = 3
MOST_GROUPS = 5
# Groups that lie no further apart than this are one.
APART = 0.25
SEED, TRIES, ROUNDS = 20260301, 8, 60
# The silhouette compares all with all: 800 rows take 20 ms, and more say the same.
MOST_COMPARED = 800
# Shares are told in steps, so that one stance more or less cannot be read off them.
STEP = 5
UNITED, DIVIDED = 60, 40


class Votes(NamedTuple):
    """Who took which stance: rows are people without a name, columns the numbers of suggestions."""

    values: Matrix  # -1, 0, 1; nan where somebody took none
    serials: list[int]


def votes_of(stances: Mapping[tuple[int, int], int]) -> Votes:
    """From (person, serial) → value; what fewer than ten took a stance on is left out, and who took
    fewer than three."""
    people = sorted({person for person, _serial in stances})
    serials = sorted({serial for _person, serial in stances})
    row = {person: n for n, person in enumerate(people)}
    column = {serial: n for n, serial in enumerate(serials)}
    values = np.full((len(people), len(serials)), np.nan)
    for (person, serial), value in stances.items():
        values[row[person], column[serial]] = value
    return _dense(values, serials)


def _dense(values: Matrix, serials: list[int]) -> Votes:
    while values.size:
        told = ~np.isnan(values)
        enough = told.sum(axis=0) >= FLOOR
        heard = told[:, enough].sum(axis=1) >= FEWEST_STANCES
        if enough.all() and heard.all():
            break
        values = values[heard][:, enough]
        serials = [one for one, keep in zip(serials, enough, strict=True) if keep]
    # In an order that tells nothing of who came when: the outcome is the same for any order.
    filled = np.nan_to_num(values, nan=2.0)
    order = np.lexsort(filled.T[::-1]) if values.size else np.arange(0)
    return Votes(values[order] if values.size else values, serials)


def draw(votes: Votes) -> dict[str, Any] | None:
    """The map as it is stored, None where there is too little for one.

    ``{"people", "groups": [{"size", "x", "y"}], "statements": [{"serial", "x", "y", "people",
    "agree", "disagree", "by_group": [[agree, disagree], …] | None, "unites", "divides"}]}``: sizes
    and shares (of a hundred) in steps of five, coordinates between −1 and 1.
    """
    values, serials = votes
    if values.shape[0] < FLOOR or values.shape[1] < FEWEST_STATEMENTS:
        return None
    points, directions = _projected(values)
    labels = _grouped(points)
    groups = sorted(set(labels.tolist()))
    scale = float(np.abs(points).max()) or 1.0
    return {
        "people": _step(values.shape[0]),
        "groups": [
            {
                "size": _step(int((labels == group).sum())),
                **_place(points[labels == group].mean(axis=0) / scale),
            }
            for group in groups
        ],
        "statements": [
            {
                "serial": serial,
                **_place(directions[n]),
                **_said(values[:, n], labels, groups),
            }
            for n, serial in enumerate(serials)
        ],
    }


def _projected(values: Matrix) -> tuple[Matrix, Matrix]:
    """Where each person lies (rows), and where each suggestion does."""
    means = np.nanmean(values, axis=0)
    told = ~np.isnan(values)
    centred = np.where(told, values - means, 0.0)
    _left, strengths, right = np.linalg.svd(centred, full_matrices=False)
    axes = np.zeros((2, values.shape[1]))
    count = min(2, right.shape[0])
    axes[:count] = right[:count] * (strengths[:count, None] > 1e-9)
    # A direction has no sign of its own: its largest part points right.
    largest_parts = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes *= np.where(largest_parts < 0, -1.0, 1.0)
    # Who skipped much would be drawn to the middle: as polis.is has it, stretched back.
    stretch = np.sqrt(values.shape[1] / told.sum(axis=1))
    largest = float(np.abs(axes).max()) or 1.0
    return (centred @ axes.T) * stretch[:, None], axes.T / largest


def _grouped(points: Matrix) -> Labels:
    """The number of the group of each row; all 0 where no groups of ten lie apart."""
    best, found = APART, np.zeros(len(points), dtype=np.int64)
    for k in range(2, MOST_GROUPS + 1):
        if len(points) < k * FLOOR:
            break
        labels = _k_means(points, k)
        sizes = np.bincount(labels, minlength=k)
        if sizes.min() < FLOOR:
            continue
        width = _silhouette(points, labels)
        if width > best + 1e-9:
            best, found = width, labels
    return found


def _k_means(points: Matrix, k: int) -> Labels:
    chance = np.random.default_rng(SEED + k)
    best, least = np.zeros(len(points), dtype=np.int64), np.inf
    for _try in range(TRIES):
        centres = _spread(points, k, chance)
        for _round in range(ROUNDS):
            labels = _nearest(points, centres)
            moved = np.array(
                [
                    points[labels == n].mean(axis=0) if (labels == n).any() else centres[n]
                    for n in range(k)
                ]
            )
            if np.allclose(moved, centres):
                break
            centres = moved
        labels = _nearest(points, centres)
        spread = float(((points - centres[labels]) ** 2).sum())
        if spread < least - 1e-9:
            best, least = labels, spread
    return _from_left_to_right(points, best, k)


def _spread(points: Matrix, k: int, chance: np.random.Generator) -> Matrix:
    """First centres far from one another (k-means++)."""
    centres = [points[chance.integers(len(points))]]
    while len(centres) < k:
        far = ((points[:, None, :] - np.array(centres)[None]) ** 2).sum(axis=2).min(axis=1)
        total = float(far.sum())
        weights = far / total if total > 0 else None
        centres.append(points[chance.choice(len(points), p=weights)])
    return np.array(centres)


def _nearest(points: Matrix, centres: Matrix) -> Labels:
    distances = ((points[:, None, :] - centres[None]) ** 2).sum(axis=2)
    nearest: Labels = distances.argmin(axis=1)
    return nearest


def _from_left_to_right(points: Matrix, labels: Labels, k: int) -> Labels:
    """Groups are numbered by where they lie, the same at every drawing."""
    places = [
        tuple(np.round(points[labels == n].mean(axis=0), 6)) if (labels == n).any() else (np.inf,)
        for n in range(k)
    ]
    rank = {old: new for new, old in enumerate(sorted(range(k), key=lambda n: places[n]))}
    return np.array([rank[n] for n in labels.tolist()], dtype=np.int64)


def _silhouette(points: Matrix, labels: Labels) -> float:
    """How far apart the groups lie, from −1 to 1."""
    if len(points) > MOST_COMPARED:
        chosen = np.random.default_rng(SEED).choice(len(points), MOST_COMPARED, replace=False)
        points, labels = points[chosen], labels[chosen]
    groups = np.unique(labels)
    if len(groups) < 2:
        return -1.0
    distances = np.sqrt(((points[:, None, :] - points[None]) ** 2).sum(axis=2))
    to_group = np.stack([distances[:, labels == one].sum(axis=1) for one in groups], axis=1)
    sizes = np.array([(labels == one).sum() for one in groups])
    own = np.searchsorted(groups, labels)
    rows = np.arange(len(points))
    within = to_group[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = to_group / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    larger = np.maximum(within, outside)
    widths = np.where(larger > 0, (outside - within) / np.where(larger > 0, larger, 1.0), 0.0)
    return float(widths.mean())


def _said(column: Matrix, labels: Labels, groups: list[int]) -> dict[str, Any]:
    """What was said of one suggestion. One group below ten hides all: it would be what is left."""
    told = ~np.isnan(column)
    shares = [_shares(column[told & (labels == group)]) for group in groups]
    by_group = [one for one in shares if one is not None]
    is_whole = len(groups) > 1 and len(by_group) == len(groups)
    overall = _shares(column[told]) or [0, 0]
    ends = by_group if is_whole else [overall]
    agree, disagree = [one[0] for one in ends], [one[1] for one in ends]
    return {
        "people": _step(int(told.sum())),
        "agree": overall[0],
        "disagree": overall[1],
        "by_group": by_group if is_whole else None,
        "unites": min(agree) >= UNITED or min(disagree) >= UNITED,
        "divides": is_whole
        and max(max(agree) - min(agree), max(disagree) - min(disagree)) >= DIVIDED,
    }


def _shares(column: Matrix) -> list[int] | None:
    """[for, against] of a hundred; None: fewer than ten."""
    if len(column) < FLOOR:
        return None
    return [_share(float((column == value).mean())) for value in (1.0, -1.0)]


def _share(part: float) -> int:
    """In steps, and neither all nor none: that would tell what each of them said."""
    return int(min(max(STEP * round(100 * part / STEP), STEP), 100 - STEP))


def _step(count: int) -> int:
    """Down to a multiple of five, and ten is never less."""
    return max(FLOOR, count // STEP * STEP)


def _place(point: Matrix) -> dict[str, float]:
    return {"x": round(float(point[0]), 2) + 0.0, "y": round(float(point[1]), 2) + 0.0}
