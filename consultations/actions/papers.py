"""Papers of a session: words or a PDF, sent in time to who sits there and who has signed up."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import summons
from consultations.actions import sessions
from consultations.models import Paper, Session
from consultations.pdfs import checked
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from django.core.files.base import File

    from govgrid.accounts.models import User

MOST_PAPERS = 20


@transaction.atomic
def add_paper(
    session: Session, *, by: User, title: str, text: str = "", file: File | None = None
) -> Paper:
    """Lay a paper beside the others. Refused: ``title_needed``, ``paper_empty``, ``paper_too_large``,
    ``not_a_pdf``, ``too_many_papers``."""
    sessions.may(by, session)
    session = sessions.hold(session)
    if is_blank(title):
        raise Refused("title_needed", _("Give it a title."))
    if is_blank(text) and file is None:
        raise Refused("paper_empty", _("A paper has words or a file."))
    if session.papers.count() >= MOST_PAPERS:
        raise Refused(
            "too_many_papers", _("A session has at most %(most)s papers.") % {"most": MOST_PAPERS}
        )
    content = checked(file) if file is not None else b""
    paper = Paper(
        session=session, title=guard.mask(title.strip())[:80], text=guard.mask(text.strip())[:8000],
        size=len(content), added_at=clock.now(), added_by=by,
    )  # fmt: skip
    if content:
        paper.file.save(f"{uuid4()}.pdf", ContentFile(content), save=False)
    paper.save()
    return paper


@transaction.atomic
def drop_paper(paper: Paper, *, by: User) -> None:
    """Take a paper away that was not sent yet. Refused: ``sent_already``."""
    sessions.may(by, paper.session)
    session = sessions.hold(paper.session)
    if session.papers_sent_at is not None and paper.added_at <= session.papers_sent_at:
        raise Refused("sent_already", _("This paper was sent: it stays."))
    storage, name = paper.file.storage, paper.file.name
    paper.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)


@transaction.atomic
def send_papers(session: Session, *, by: User) -> Session:
    """Tell who sits there and who has signed up that the papers are there to read.

    The first sending counts for being in time. Refused: ``no_papers``, ``begun``.
    """
    sessions.may(by, session)
    session, now = sessions.hold(session), clock.now()
    if not session.papers.exists():
        raise Refused("no_papers", _("There are no papers to send."))
    if session.starts_at <= now:
        raise Refused("begun", _("It has begun: there is no time to read any more."))
    if session.papers_sent_at is None:
        session.papers_sent_at = now
        session.save(update_fields=["papers_sent_at"])
    summons.told(session, "session_papers", fact=str(session.papers.order_by("-pk")[0].pk))
    return session
