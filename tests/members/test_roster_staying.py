"""My page: see, change, switch, rest, leave; and what is left of somebody who has left."""

import json
import os
import subprocess
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import holdings
from govgrid.privacy.models import Consent
from members import actions, leaving, roster
from members.forms.mine import AffiliationForm
from members.models import Member, MemberEvent, Sealed
from members.retention_roster import archive_unreviewed, erase_leavers
from members.workflow.network import BODY_ONLY
from members.workflow.roster import OPTIONAL, Purpose
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import PostFactory, build_town, holder
from tests.factories.joining import PHONE, assess, giving, login, somebody
from tests.factories.members import (
    AssociationFactory,
    SpecialtyFactory,
    notice,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    assess()
    return build_town()


@pytest.fixture
def member(town):
    """Joined by a link, with a login of his own, a private number, and on the public page."""
    keeper = holder("roster_admin", area=town.district)
    token = actions.invite([somebody()], area=town.communities[0], by=keeper).links[0].token
    return actions.answer_invitation(
        token, giving(Purpose.LISTED, phone=PHONE, organisation="某律师所", offer="晚间咨询"),
        by=None, login=login(),
    )  # fmt: skip


def at_once():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def again(one):
    return Member.objects.get(pk=one.pk)


# ── changing ──────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_on_record_by_the_names_of_fields_and_seen_by_the_member(client, member):
    law = SpecialtyFactory(name="劳动法")
    client.force_login(member.user)
    page = client.get(reverse("members:me-edit"))
    said = {name: value for name, value in page.context["form"].initial.items() if value}
    said |= {"specialties": [law.code], "removes_phone": "on"}

    done = client.post(reverse("members:me-edit"), said, follow=True)

    assert done.status_code == 200
    assert list(again(member).specialties.all()) == [law]
    assert Sealed.objects.get().phone is None
    event = MemberEvent.objects.latest("pk")
    assert (event.verb, event.fields, event.by) == ("edited", ["specialties", "phone"], member.user)
    assert "specialties, Private phone" in done.content.decode()


def test_r22_what_became_of_an_entry_never_says_what_stood_in_it(member):
    actions.edit(member, {"name": "王小明", "offer": "另一件"}, by=member.user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(e)::text, '') FROM members_memberevent e")
        raw = cursor.fetchone()[0]
    assert not {one for one in ("曾志远", "王小明", "另一件", PHONE) if one in raw}
    for change in ("UPDATE members_memberevent SET verb = 'x'", "DELETE FROM members_memberevent"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)


def test_a_new_name_is_spelt_anew_unless_its_owner_said_how(member):
    member = actions.edit(member, {"name": "单田芳"}, by=member.user)
    assert member.pinyin == "shan tian fang"
    member = actions.edit(member, {"pinyin": "dan tian fang"}, by=member.user)
    member = actions.edit(member, {"name": "单天方"}, by=member.user)
    assert member.pinyin == "dan tian fang"


def test_nobody_else_changes_an_entry(town, member):
    others = [holder("roster_admin", area=town.district), UserFactory(is_superuser=True)]
    for by in others:
        for act in (
            lambda by=by: actions.edit(member, {"name": "别人"}, by=by),
            lambda by=by: actions.leave(member, by=by),
            lambda by=by: actions.pause(member, by=by),
            lambda by=by: actions.withdraw(member, Purpose.LISTED, by=by),
            lambda by=by: actions.own_sealed(member, by=by),
            lambda by=by: actions.agree(member, Purpose.PHOTOS, notice("roster-photos").pk, by=by),
        ):
            with pytest.raises(PermissionDenied):
                act()


# ── consents ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", [str(one) for one in OPTIONAL if one != Purpose.AFFILIATION])
def test_r7_each_purpose_is_switched_alone(client, member, key):
    client.force_login(member.user)
    address = reverse("members:me-consent", args=[key])
    client.post(address)
    live = Consent.objects.of(user=member.user).live()
    assert not live.filter(purpose_key=key).exists()
    before = set(live.values_list("purpose_key", flat=True))

    client.post(address, {"notice": notice(key).pk})
    at_once()

    assert set(live.values_list("purpose_key", flat=True)) == before | {key}
    assert client.post(reverse("members:me-consent", args=["nonsense"])).status_code == 404
    assert client.post(address, {"notice": "99999999"}).status_code == 409


@pytest.mark.parametrize("key", [str(one) for one in OPTIONAL])
def test_r5_no_optional_consent_is_needed_for_any_basic_service(client, town, member, key):
    live = Consent.objects.of(user=member.user).live().filter(purpose_key=key)
    if live.exists():
        actions.withdraw(member, key, by=member.user)
    user = User.objects.get(pk=member.user_id)
    PostFactory(user=user, role="resident", area=town.grids[0])
    platform = made.PlatformFactory(code="c11", area=town.communities[0])
    topic = made.raised(platform, by=user)
    assert topic.state == "raised"
    client.force_login(user)
    for name in ("members:me", "members:list", "consultations:new", "consultations:list",
                 "tickets:list", "home:desk"):  # fmt: skip
        assert client.get(reverse(name)).status_code == 200
    assert again(member).state == "active"


# ── affiliation ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sector", sorted(BODY_ONLY))
def test_r11_nobody_is_linked_to_a_body_in_form_or_action(client, town, member, sector):
    body = AssociationFactory(area=town.district, sector=sector)
    asked = notice(Purpose.AFFILIATION)

    form = AffiliationForm({"association": body.code, "agree": "on"})
    assert not form.is_valid()
    with pytest.raises(Refused) as refused:
        actions.set_affiliation(member, body, asked.pk, by=member.user)
    assert refused.value.code == "body_only"
    client.force_login(member.user)
    said = {"association": body.code, "agree": "on", "notice": asked.pk}
    assert client.post(reverse("members:me-affiliation"), said).status_code == 400
    assert not Sealed.objects.filter(affiliation__isnull=False).exists()


def test_r12_an_association_is_sealed_under_its_own_consent_and_goes_with_it(client, town, member):
    body = AssociationFactory(area=town.district, name="某商会", code="chamber-7")
    client.force_login(member.user)
    address = reverse("members:me-affiliation")
    said = {"association": body.code, "agree": "on"}
    assert client.post(address, said).status_code == 404  # nobody is asked before it was assessed
    asked = notice(Purpose.AFFILIATION)
    assert client.post(address, {**said, "agree": ""}).status_code == 400
    client.post(address, {**said, "notice": asked.pk})

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM members_sealed s")
        assert "chamber-7" not in cursor.fetchone()[0]
    assert actions.own_sealed(member, by=member.user)["affiliation"] == "某商会"
    keeper = holder("roster_admin", area=town.district)
    client.force_login(keeper)
    for address in (member.get_absolute_url(), reverse("members:roster")):
        assert "某商会" not in client.get(address).content.decode()

    actions.withdraw(again(member), Purpose.AFFILIATION, by=member.user)
    row = Sealed.objects.get()
    assert (row.affiliation, row.affiliation_consent) == (None, None)
    assert row.phone is not None


# ── rest, review, leave ───────────────────────────────────────────────────────────────────────


def test_who_rests_is_not_shown_and_comes_back_as_before(member):
    paused = actions.pause(member, by=member.user)
    at_once()
    assert (paused.state, paused.is_listed) == ("paused", False)
    with pytest.raises(Refused):
        actions.pause(member, by=member.user)
    back = actions.resume(member, by=member.user)
    at_once()
    assert (back.state, back.is_listed) == ("active", True)


def test_r4_leaving_takes_two_taps_and_nobody_else(client, town, member):
    """One opens "Leave the roster" on my page, the other says yes: one form, one post."""
    gone = []
    leaving.register("test", lambda one, by: gone.append((one.pk, by)))
    keeper = holder("roster_admin", area=town.district)
    client.force_login(member.user)
    page = client.get(reverse("members:me")).content.decode()
    assert page.count(f'action="{reverse("members:me-leave")}"') == 1

    client.post(reverse("members:me-leave"))
    at_once()

    left = again(member)
    assert (left.state, left.is_listed, left.takes_suggestions) == ("left", False, False)
    assert left.erase_on <= clock.today() + timedelta(days=15)
    assert not Consent.objects.of(user=member.user).live().exists()
    assert gone == [(member.pk, member.user)]
    assert not roster.within_reach(keeper).exists()
    assert not Member.objects.listed().exists()
    client.post(reverse("members:me-leave"))
    assert MemberEvent.objects.filter(verb="left").count() == 1
    leaving._hooks.pop("test")


def test_r4_what_fails_to_be_let_go_keeps_the_member_whole(member):
    def fails(_one, _by):
        raise Refused("stuck", "stuck")

    leaving.register("test", fails)
    try:
        with pytest.raises(Refused):
            actions.leave(member, by=member.user)
    finally:
        leaving._hooks.pop("test")
    assert again(member).state == "active"


def test_taking_the_consent_to_the_roster_back_is_leaving(client, member):
    client.force_login(member.user)
    client.post(reverse("members:me-consent", args=["roster"]))
    at_once()
    assert again(member).state == "left"


def test_after_two_years_each_is_asked_and_who_does_not_answer_has_left(member, woken):
    due = member.review_on
    assert due == clock.today() + timedelta(days=730)
    moment = clock.now()

    assert archive_unreviewed(moment + timedelta(days=690), dry_run=False) == 0
    assert not Message.objects.exists()
    archive_unreviewed(moment + timedelta(days=701), dry_run=False)
    archive_unreviewed(moment + timedelta(days=702), dry_run=False)
    assert Message.objects.filter(kind="member_review", channel="in_app").count() <= 1
    assert Message.objects.filter(kind="member_review").count() == 1

    Member.objects.filter(pk=member.pk).update(review_on=clock.today() - timedelta(days=61))
    assert archive_unreviewed(moment, dry_run=True) == 1
    assert archive_unreviewed(moment, dry_run=False) == 1
    assert again(member).state == "left"
    assert MemberEvent.objects.latest("pk").verb == "archived"


def test_who_says_that_it_still_holds_is_asked_again_in_two_years(client, member):
    Member.objects.filter(pk=member.pk).update(review_on=clock.today() + timedelta(days=3))
    client.force_login(member.user)
    assert b"still holds" in client.get(reverse("members:me")).content
    client.post(reverse("members:me-review"))
    assert again(member).review_on == clock.today() + timedelta(days=730)


# ── a copy, and the holding ───────────────────────────────────────────────────────────────────


def test_r26_a_copy_as_json_and_as_pdf_has_all_of_it(client, town, member):
    keeper = holder("roster_admin", area=town.district)
    client.force_login(keeper)
    client.get(member.get_absolute_url())
    client.force_login(member.user)

    whole = json.loads(client.post(reverse("members:me-copy", args=["json"])).content)

    assert whole["entry"]["Name"] == "曾志远"
    assert whole["sealed"]["Private phone"] == PHONE
    assert {one["purpose"] for one in whole["consents"]} == {
        str(Purpose.ROSTER.label), str(Purpose.LISTED.label)
    }  # fmt: skip
    assert [one["who"] for one in whole["readings"]].count("Roster administrator") == 1
    paper = client.post(reverse("members:me-copy", args=["pdf"]))
    assert paper.content.startswith(b"%PDF-")
    assert client.get(reverse("members:me-copy", args=["json"])).status_code == 405


def test_who_has_no_entry_has_an_empty_page(client, town):
    client.force_login(UserFactory())
    assert b"not on the roster" in client.get(reverse("members:me")).content
    for name in ("me-edit",):
        assert client.get(reverse(f"members:{name}")).status_code == 404
    for name in ("me-leave", "me-pause", "me-resume", "me-review", "me-sealed", "me-affiliation"):
        assert client.post(reverse(f"members:{name}")).status_code == 404


def test_the_roster_says_what_it_holds_and_erases_it(member):
    held = {one.name: one for one in holdings.everything(member.user)}["members.roster"]
    assert held.rows[0]["Name"] == "曾志远"
    assert ("members.Member", str(member.pk)) in holdings.subjects(member.user)

    eraser = dict(holdings.erasers())["members.roster"]
    assert eraser.erase(member.user, clock.now()) == 1
    assert eraser.erase(member.user, clock.now()) == 0
    assert again(member).name == ""


# ── erasing ───────────────────────────────────────────────────────────────────────────────────


def dumped() -> str:
    database = connection.settings_dict
    done = subprocess.run(
        ["pg_dump", "--data-only", "--inserts", "-h", database["HOST"] or "localhost",
         "-p", str(database["PORT"] or 5432), "-U", database["USER"], database["NAME"]],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PGPASSWORD": database["PASSWORD"]},
    )  # fmt: skip
    return done.stdout


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_r22_after_the_erasure_neither_dump_nor_media_nor_cache_knows_the_name(client, settings):
    assess()
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    token = (
        actions.invite([somebody(0, name="曾志远甲")], area=town.district, by=keeper).links[0].token
    )
    one = actions.answer_invitation(
        token, giving(Purpose.LISTED, name="曾志远甲", phone="13812349876", offer="某某咨询乙"),
        by=None, login=login("zengjia"),
    )  # fmt: skip
    client.force_login(keeper)
    client.get(reverse("members:roster"), {"q": "曾志远甲"})
    client.get(one.get_absolute_url())
    client.force_login(one.user)
    client.post(reverse("members:me-leave"))
    assert "曾志远甲" in dumped()

    assert erase_leavers(clock.now() + timedelta(days=16), dry_run=True) == 1
    assert erase_leavers(clock.now() + timedelta(days=16), dry_run=False) == 1
    assert erase_leavers(clock.now() + timedelta(days=16), dry_run=False) == 0

    left = again(one)
    assert (left.serial, left.state) == (one.serial, "left")
    assert left.events.count() >= 3
    text = dumped()
    for word in ("曾志远甲", "zeng zhi yuan", "zengjia", "13812349876", "某某咨询乙"):
        assert word not in text, word
    files = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert not [path for path in files if "曾志远甲".encode() in path.read_bytes()]
    assert not [key for key in _cached() if "曾志远甲" in key]
    assert not User.objects.get(pk=one.user_id).is_active


def _cached():
    """What lies in the cache, keys and values, as text."""
    for key, value in cache._cache.items():
        yield f"{key}{value.decode(errors='replace')}"


def test_a_login_that_serves_something_else_stays_and_is_not_linked_any_more(town):
    user = holder("grid_worker", area=town.grids[0], name="曾志远")
    one = actions.apply(giving(), area=town.communities[0], by=user)
    actions.leave(one, by=user)
    Member.objects.update(erase_on=clock.today())

    assert erase_leavers(clock.now(), dry_run=False) == 1

    user.refresh_from_db()
    assert (user.is_active, user.name) == (True, "曾志远")
    left = again(one)
    assert left.user_id != user.pk
    assert not left.user.is_active
    fresh = actions.apply(giving(), area=town.communities[0], by=user)
    assert fresh.serial != left.serial


def test_who_is_still_on_the_roster_is_not_erased(member):
    actions.erase(member, by=None)
    assert again(member).name == "曾志远"


def test_other_parts_forget_in_the_same_moment(member):
    seen = []
    leaving.register_eraser("test", lambda one: seen.append(one.pk) or 1)
    try:
        actions.leave(member, by=member.user)
        actions.erase(member, by=None)
    finally:
        leaving._erasers.pop("test")
    assert seen == [member.pk]
