"""People and their posts, from a table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from secrets import token_urlsafe

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from grids import rows
from grids.actions.imports import Imported, must_run_the_platform
from grids.actions.posts import appoint, end_post
from grids.models import Area, Department, Post
from grids.rows import PersonRow


@transaction.atomic
def import_people(
    given: Iterable[Cells], *, by: User | None, with_passwords: bool = False
) -> Imported:
    """Add people and their posts, one post a row; a person may have several rows.

    Safe to run again: a post that is there is left, or ends when the row says until when. New
    people cannot sign in by password, unless ``with_passwords`` returns one for each.
    """
    must_run_the_platform(by)
    problems: list[Problem] = []
    places = _Places()
    done = Imported()
    seen: dict[str, PersonRow] = {}
    for row in read_rows(given, PersonRow.read, problems):
        try:
            with transaction.atomic():
                rows.check_same_person(row, seen.setdefault(row.username.lower(), row))
                user = _keep_person(row, with_passwords=with_passwords, done=done)
                _keep_post(row, user, places, by=by, done=done)
        except (RowError, Refused) as error:
            problems.append(Problem(row.line, str(error)))
        except ValidationError as error:
            problems.append(Problem(row.line, " ".join(error.messages)))
    if problems:
        raise BadRows(problems)
    return done


class _Places:
    """Areas and departments by code, read once."""

    def __init__(self) -> None:
        self.areas = {area.code: area for area in Area.objects.filter(valid_to=None)}
        self.departments = {one.code: one for one in Department.objects.active()}

    def of(self, row: PersonRow) -> tuple[Area | None, Department | None]:
        area, department = self.areas.get(row.area_code), self.departments.get(row.department_code)
        if row.area_code and area is None:
            raise RowError(_("The area “%s” is not known.") % row.area_code)
        if row.department_code and department is None:
            raise RowError(_("The department “%s” is not known.") % row.department_code)
        return area, department


def _keep_person(row: PersonRow, *, with_passwords: bool, done: Imported) -> User:
    user = User.objects.filter(username__iexact=row.username).first()
    if user is None:
        return _new_person(row, with_passwords=with_passwords, done=done)
    # A mistyped user name must not give somebody else's account a post.
    if user.name != row.name:
        raise RowError(
            _("The user name “%(user)s” belongs to %(name)s.")
            % {"user": user.username, "name": user.name}
        )
    phone, email = row.phone or user.phone, row.email or user.email
    if (phone, email) != (user.phone, user.email):
        user.phone, user.email = phone, email
        user.full_clean()
        user.save(update_fields=["phone", "email"])
        done.changed.append(f"{user.username} {user.name}")
    return user


def _new_person(row: PersonRow, *, with_passwords: bool, done: Imported) -> User:
    password = token_urlsafe(12) if with_passwords else None
    user = User(username=User.normalize_username(row.username), name=row.name)
    user.phone, user.email = row.phone or None, row.email
    user.set_password(password)
    user.full_clean()
    user.save()
    if password is not None:
        done.passwords[user.username] = password
    return user


def _keep_post(
    row: PersonRow, user: User, places: _Places, *, by: User | None, done: Imported
) -> None:
    area, department = places.of(row)
    first = row.since or clock.today()
    if row.until is not None and row.until < first:
        raise RowError(_("The last day lies before the first."))
    end = row.until + timedelta(days=1) if row.until else None
    post = Post.objects.filter(
        user=user,
        role=row.role,
        area=area,
        department=department,
        period__overlap=DateRange(first, end),
    ).first()
    said = f"{user.username} {row.role} {row.area_code or row.department_code}"
    if post is None:
        appoint(
            user,
            row.role,
            by=by,
            area=area,
            department=department,
            since=first,
            until=row.until,
            is_main=row.is_main,
        )
        done.added.append(said)
    elif end is not None and (post.period.upper is None or post.period.upper > end):
        end_post(post, by=by, on=end)
        done.changed.append(said)
    else:
        done.unchanged += 1
