"""Counsels moved by the actions, and grants of duty."""

from datetime import timedelta
from uuid import uuid4

from govgrid.core import clock
from members import actions
from members.actions import Advice, Granting

WORDS = {"title": "校门口错峰放学", "body": "放学时分三批放人，校门口就不堵了。"}
EDITED = {"title": "建议小学分批放学", "body": "建议教育部门指导小学分三批放学。"}
CLOSED = {"became": "三所小学已分批放学，路口不再拥堵。"}


def advice(area, **content) -> Advice:
    return Advice(**{"client_id": uuid4(), "area": area, **WORDS, **content})


def drafted(member, **content):
    return actions.write_counsel(advice(member.area, **content), by=member.user)[0]


def submitted(member, **content):
    return actions.write_counsel(advice(member.area, **content), by=member.user, hand_in=True)[0]


def edited(member, editor, **content):
    return actions.move_counsel(submitted(member, **content), "edit", by=editor, **EDITED)


def briefed(member, editor, **content):
    one = edited(member, editor, **content)
    brief = actions.make_brief([one], by=editor, title="关于分批放学的建议")
    one.refresh_from_db()
    return one, brief


def in_days(days):
    return clock.today() + timedelta(days=days)


def granting(area, **content) -> Granting:
    if not {"organisation", "association"} & content.keys():
        content = {"unit": "夷陵区律师事务所", **content}
    return Granting(
        **{
            "matter": "law", "level": "advise", "text": "每周三下午在社区解答法律问题。",
            "area": area, "document": "夷统发〔2026〕12号", "document_on": clock.today(),
            "starts_on": clock.today(), "ends_on": in_days(200), **content,
        }
    )  # fmt: skip
