"""The pages: my data, the notices, the code before opening, the desk and the audit."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pypdf import PdfReader

from govgrid.core.clock import today
from govgrid.privacy import actions, proofs
from govgrid.privacy.models import AccessLog, Consent, Processor, SubjectRequest
from govgrid.privacy.proofs import SecondFactorProof
from govgrid.privacy.queries import fresh_consent
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder

pytestmark = pytest.mark.django_db
MINE = reverse("privacy:mine")


@pytest.fixture
def person(client):
    user = UserFactory(name="Li Wen", phone="13812345678")
    client.force_login(user)
    return user


@pytest.fixture
def agreed(person, published):
    return actions.give_consent(published(), by=person, user=person, channel=Consent.Channel.SITE)


def page(response, status=200):
    assert response.status_code == status
    return response.content.decode()


# ── my data ───────────────────────────────────────────────────────────────────────────────────
def test_r26_the_page_says_what_is_held_and_who_read_it(client, person, agreed):
    reader = UserFactory(name="Wang Reader")
    actions.note_reading(
        by=reader, model=person, rows=[person], fields=["name"], reason="for the meeting",
        role="street_desk",
    )  # fmt: skip

    said = page(client.get(MINE))

    for words in ("To invite you.", "Wang Reader", "Street desk", "for the meeting", "13812345678"):
        assert words in said


def test_r4_one_tap_withdraws(client, person, agreed):
    said = page(client.get(MINE))
    assert 'role="switch"' in said

    page(client.post(reverse("privacy:withdraw", args=[agreed.pk])), 302)

    agreed.refresh_from_db()
    assert agreed.withdrawn_at
    assert "withdrawn on" in page(client.get(MINE))


def test_r4_nobody_withdraws_for_another(client, agreed):
    client.force_login(UserFactory())

    page(client.post(reverse("privacy:withdraw", args=[agreed.pk])), 404)
    page(client.get(reverse("privacy:withdraw", args=[agreed.pk])), 405)

    agreed.refresh_from_db()
    assert agreed.withdrawn_at is None


def test_r3_the_page_asks_again(client, person, agreed, published):
    published(version=2, method="By letter.")

    assert "What is asked for has changed" in page(client.get(MINE))
    notice = reverse("privacy:notice", args=["roster"])
    said = page(client.get(notice))
    assert "I agree to this" in said
    # Never ticked beforehand, and nothing but this is agreed to.
    assert "checked" not in said

    agree = reverse("privacy:agree", args=["roster"])
    page(client.post(agree, {"version": 1}), 409)
    page(client.post(agree, {"version": "x"}), 400)
    page(client.post(agree, {"version": 2}), 302)

    assert fresh_consent(person, "roster").notice.version == 2
    assert "I agree to this" not in page(client.get(notice))


def test_r26_asking_on_the_page(client, person):
    ask, key = reverse("privacy:ask"), str(uuid4())
    sent = {"kind": "correct", "text": "My name is written wrong.", "client_id": key}

    page(client.post(ask, sent), 302)
    page(client.post(ask, sent), 302)
    assert SubjectRequest.objects.get().text == "My name is written wrong."
    page(client.post(ask, sent | {"text": "Otherwise."}), 409)
    assert "Please say what it is about." in page(
        client.post(ask, {"kind": "delete", "client_id": uuid4()}), 409
    )
    page(client.post(ask, {"kind": "nothing", "client_id": uuid4()}), 400)
    page(client.post(ask, {"kind": "see", "client_id": "x"}), 400)
    page(client.get(ask), 405)


def test_r26_a_refusal_is_shown_with_its_reason_and_where_to_complain(
    client, person, officer, settings
):
    settings.PRIVACY_COMPLAINTS = "Cyberspace administration of Yiling, 0717-1234567"
    asked = actions.ask("delete", "All of it.", by=person)
    actions.refuse(asked, "You hold a post.", by=officer)

    said = page(client.get(MINE))

    assert "You hold a post." in said
    assert "Cyberspace administration of Yiling" in said


def test_r26_a_copy_for_programs_and_one_on_paper(client, person, agreed):
    told = client.get(reverse("privacy:copy-json"))
    copy = json.loads(told.content)
    paper = client.get(reverse("privacy:copy-pdf"))

    assert told["Content-Disposition"].startswith("attachment")
    held = {one["name"]: one["rows"] for one in copy["held"]}
    assert held["accounts.user"][0]["Work phone"] == "13812345678"
    assert held["privacy.consents"][0]["Purpose"] == "To invite you."
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(paper.content)).pages)
    assert "13812345678" in text
    assert "To invite you." in text
    # Having taken a copy is on record as any other reading.
    assert AccessLog.objects.filter(action="subject", by=person).count() == 2


def test_what_was_read_is_read_by_pages(client, person):
    reader = UserFactory()
    for number in range(31):
        actions.note_reading(
            by=reader, model=person, rows=[person], fields=["x"], reason=f"reading {number:02}"
        )

    first = page(client.get(MINE))
    assert "reading 30" in first
    assert "reading 00" not in first
    last = AccessLog.objects.order_by("pk")[1]
    assert f"?before={last.pk}" in first
    second = page(client.get(MINE, {"before": last.pk}))
    assert "reading 00" in second
    for nonsense in ("x", "-1", "9" * 40, "\x00", "１"):
        page(client.get(MINE, {"before": nonsense}))


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page(client.get(address))
    return len(captured)


def test_more_rows_cost_no_more_statements(client, person, published, make_notice):
    def more(number):
        notice = published(key=f"purpose-{number}")
        actions.give_consent(notice, by=person, user=person, channel=Consent.Channel.SITE)
        actions.ask("see", by=person)
        actions.note_reading(by=UserFactory(), model=person, rows=[person], fields=["x"])

    more(1)
    one = statements(client, MINE)
    more(2)
    more(3)
    assert statements(client, MINE) == one


# ── what anybody may read ─────────────────────────────────────────────────────────────────────
def test_r6_before_any_input_the_notice_says_it_all(client, published, assessed, settings):
    settings.PRIVACY_HANDLER, settings.PRIVACY_CONTACT = "Office of Yiling", "0717-7654321"
    published(
        method="By telephone.", is_sensitive=True, necessity="Nothing less will do.",
        effect="You may be called.", fields_listed=["name", "photo"],
    )  # fmt: skip

    said = page(client.get(reverse("privacy:notice", args=["roster"])))

    for words in (
        "Office of Yiling", "To invite you.", "By telephone.", "name, photo", "730 days",
        "Nothing less will do.", "You may be called.", "have it corrected or erased", "0717-7654321",
    ):  # fmt: skip
        assert words in said
    assert "I agree to this" not in said


def test_r6_a_draft_is_nobodys_to_read(client, make_notice):
    make_notice()

    page(client.get(reverse("privacy:notice", args=["roster"])), 404)
    page(client.get(reverse("privacy:notice", args=["nothing"])), 404)


def test_r33_who_else_works_on_it_is_public(client, published):
    published()
    said = {"service": "Text messages", "payload": "the number alone"}
    Processor.objects.create(name="Sender Ltd", contract_on=today(), **said)
    Processor.objects.create(
        name="Former Ltd", contract_on=today() - timedelta(days=9),
        until=today() - timedelta(days=1), **said,
    )  # fmt: skip

    for address in (MINE, reverse("privacy:about")):
        read = page(client.get(address))
        assert "Sender Ltd" in read
        assert "the number alone" in read
        assert "Former Ltd" not in read
        assert "To invite you." in read


@pytest.mark.parametrize("name", ["mine", "about"])
def test_r23_no_page_fetches_from_elsewhere(client, person, name):
    response = client.get(reverse(f"privacy:{name}"))

    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "//" not in policy.replace("https://localhost", "")
    said = response.content.decode()
    assert "<style" not in said
    assert 'src="http' not in said
    assert 'href="http' not in said


# ── the code before opening ───────────────────────────────────────────────────────────────────
CONFIRM = reverse("privacy:confirm")


@pytest.fixture
def device(person):
    return TOTPDevice.objects.create(user=person, name="phone", confirmed=True)


def test_r16_a_code_proves_it_for_fifteen_minutes(client, person, device, shift_clock):
    code = f"{totp(device.bin_key):06}"

    response = client.post(CONFIRM, {"code": code, "next": MINE})

    assert (response.status_code, response.url) == (302, MINE)
    assert proofs.of(client.session).holds_for(person)
    shift_clock(minutes=16)
    assert not proofs.of(client.session).holds_for(person)


def test_r16_a_wrong_code_and_a_used_one_prove_nothing(client, device):
    code = f"{totp(device.bin_key):06}"
    client.post(CONFIRM, {"code": code})
    proofs.keep(session := client.session, SecondFactorProof(0, proofs.now()))
    session.save()

    for wrong in (code, "000000", "abc"):
        assert "This code is wrong" in page(client.post(CONFIRM, {"code": wrong}))
    assert proofs.of(client.session).user_id == 0


def test_r16_it_leads_nowhere_else(client, device):
    code = f"{totp(device.bin_key):06}"

    response = client.post(CONFIRM, {"code": code, "next": "https://example.org/"})

    assert response.url == MINE


def test_r16_who_has_no_device_is_told_where_to_set_one_up(client, person):
    said = page(client.get(CONFIRM))
    assert reverse("accounts:account") in said

    page(client.post(CONFIRM, {"code": "123456"}), 409)
    assert proofs.of(client.session) is None


@pytest.mark.parametrize("kept", [None, "x", [1], [1, "x"], [None, 1e30], {"a": 1}])
def test_r16_nonsense_in_a_session_proves_nothing(kept):
    session = {proofs.SESSION_KEY: kept}

    assert proofs.of(session) is None or not proofs.of(session).holds_for(UserFactory())


# ── the desk ──────────────────────────────────────────────────────────────────────────────────
DESK = [
    ("requests", None, "get"),
    ("request", "pk", "get"),
    ("request", "pk", "post"),
    ("erase", "pk", "post"),
    ("audit", None, "get"),
]


@pytest.fixture
def asked():
    return actions.ask("delete", "All of it.", by=UserFactory(name="Wang Asker"))


@pytest.mark.parametrize(("name", "needs", "method"), DESK)
@pytest.mark.parametrize("role", ["district_command", "roster_admin", "system_admin"])
def test_nobody_else_opens_the_desk(client, asked, name, needs, method, role):
    address = reverse(f"privacy:{name}", args=[asked.pk] if needs else [])
    assert getattr(client, method)(address).url.startswith("/login/")

    client.force_login(holder(role, area=build_town().district))

    page(getattr(client, method)(address), 403)
    assert not AccessLog.objects.exists()


def test_an_auditor_reads_numbers_and_no_requests(client, asked):
    client.force_login(holder("auditor", area=build_town().district))

    page(client.get(reverse("privacy:audit")))
    page(client.get(reverse("privacy:requests")), 403)


def test_r26_the_desk_answers_and_its_reading_is_on_record(client, officer, asked):
    client.force_login(officer)
    assert "Wang Asker" in page(client.get(reverse("privacy:requests")))
    assert AccessLog.objects.get().row == str(asked.pk)
    address = reverse("privacy:request", args=[asked.pk])
    assert "All of it." in page(client.get(address))

    page(client.post(address, {"text": ""}), 400)
    page(client.post(address, {"text": "You hold a post.", "is_refused": "on"}), 302)
    page(client.post(address, {"text": "Once more."}), 409)

    asked.refresh_from_db()
    assert asked.refused_reason == "You hold a post."
    assert "Wang Asker" in page(client.get(reverse("privacy:requests"), {"state": "answered"}))
    page(client.get(reverse("privacy:request", args=[asked.pk + 1])), 404)


def test_r22_the_desk_erases_who_asked_for_it(client, officer, asked, erasure_log):
    client.force_login(officer)
    address = reverse("privacy:erase", args=[asked.pk])

    page(client.post(address), 302)
    asked.refresh_from_db()
    assert asked.is_open
    page(client.post(address, {"is_sure": "on"}), 302)

    asked.refresh_from_db()
    assert not asked.is_open
    asked.user.refresh_from_db()
    assert asked.user.name == "—"
    page(client.post(address, {"is_sure": "on"}), 404)
    see = actions.ask("see", by=UserFactory())
    page(client.post(reverse("privacy:erase", args=[see.pk]), {"is_sure": "on"}), 404)
    page(client.get(address), 405)


def test_r22_the_page_says_who_else_must_erase(client, officer, erasure_log):
    asked = actions.ask("delete", "All.", by=officer, user=UserFactory(name="Wang Asker"))
    here, erase = (reverse(f"privacy:{name}", args=[asked.pk]) for name in ("request", "erase"))
    client.force_login(officer)
    assert "an administrator gives somebody this role" in page(client.get(here))

    second = holder("data_officer", area=officer.posts.get().area)
    second.name = "Li Second"
    second.save()
    said = page(client.get(here))
    assert "Somebody else must act" in said
    assert "Li Second" in said
    assert erase not in said
    refused = page(client.post(erase, {"is_sure": "on"}, follow=True))
    assert "another data protection officer carries it out" in refused
    page(client.post(here, {"text": "Done."}), 409)
    asked.refresh_from_db()
    assert asked.is_open

    client.force_login(second)
    said = page(client.get(here))
    assert "Recorded by" in said
    assert officer.name in said
    assert erase in said
    page(client.post(erase, {"is_sure": "on"}), 302)
    asked.user.refresh_from_db()
    assert asked.user.name == "—"


def test_r22_who_holds_a_post_is_not_erased_at_the_desk(client, officer):
    other = holder("data_officer", area=officer.posts.get().area)
    asked = actions.ask("delete", "All.", by=officer)
    client.force_login(other)

    response = client.post(
        reverse("privacy:erase", args=[asked.pk]), {"is_sure": "on"}, follow=True
    )

    assert "hand it over first" in page(response)
    asked.refresh_from_db()
    assert asked.is_open


def test_r26_the_desk_records_what_came_on_paper(client, officer):
    client.force_login(officer)
    address, person = reverse("privacy:requests"), UserFactory(username="li.wen")
    sent = {"kind": "see", "client_id": str(uuid4())}

    page(client.post(address, sent), 400)
    page(client.post(address, sent | {"username": "nobody"}), 400)
    page(client.post(address, sent | {"subject_ref": "Wang Xiao"}), 400)
    page(client.post(address, sent | {"username": "LI.WEN", "subject_ref": "P-7"}), 400)
    page(client.post(address, sent | {"username": "LI.WEN", "for_another": "on"}), 302)
    paper = {"kind": "explain", "client_id": str(uuid4()), "subject_ref": "P-7"}
    page(client.post(address, paper), 409)
    page(client.post(address, paper | {"text": "Why?"}), 302)

    first, second = SubjectRequest.objects.order_by("pk")
    assert (first.user, first.for_another, second.subject_ref) == (person, True, "P-7")


@pytest.mark.parametrize("state", ["", "answered"])
def test_r26_the_list_is_read_by_pages(client, officer, state):
    for _number in range(31):
        one = actions.ask("see", by=UserFactory())
        if state:
            actions.answer(one, "Done.", by=officer)
    client.force_login(officer)
    address = reverse("privacy:requests")

    response = client.get(address, {"state": state})
    rows, more = response.context["rows"], response.context["more"]
    further = client.get(address, {"state": state, "after": more})

    assert len(rows) == 30
    assert len(further.context["rows"]) == 1
    assert not further.context["more"]
    assert further.context["rows"][0] not in rows
    for nonsense in ("x", "2026-99-99_1", "2026-11-29_", "_", "9" * 40, "\x00"):
        page(client.get(address, {"state": state, "after": nonsense}))


def test_more_requests_cost_no_more_statements(client, officer):
    client.force_login(officer)
    actions.ask("see", by=UserFactory())
    one = statements(client, reverse("privacy:requests"))
    actions.ask("see", by=UserFactory())
    actions.ask("see", by=officer, subject_ref="P-7")

    assert statements(client, reverse("privacy:requests")) == one


def test_r30_the_audit_counts_from_the_logs(client, officer, letter, shift_clock):
    shift_clock(days=-100)
    row = letter.objects.create(title="a", text="x")
    late = actions.ask("see", by=UserFactory())
    actions.reveal(row, ["text"], by=officer, reason="to call back")
    shift_clock(days=0)
    actions.note_reading(by=officer, model="a.B", count=9, fields=["x"])
    actions.note_reading(by=officer, model="a.B", count=9, fields=["x"], action="export")
    actions.answer(late, "Done.", by=officer)
    actions.answer(actions.ask("see", by=UserFactory()), "Done.", by=officer)
    actions.ask("see", by=UserFactory())
    actions.link_days()
    client.force_login(officer)

    response = client.get(reverse("privacy:audit"))

    newest, before = response.context["quarters"]
    assert (newest.readings, newest.opened) == ({"list": 1, "export": 1}, 0)
    assert (newest.asked, newest.in_time, newest.late, newest.waiting) == (2, 1, 0, 1)
    assert (before.opened, before.alarm_count, before.late) == (1, 1, 1)
    said = page(response)
    assert "The record of readings holds" in said
    assert newest.name in said


def test_r30_an_empty_report_is_a_page(client, officer):
    client.force_login(officer)

    assert "Nothing was read, asked or erased yet." in page(client.get(reverse("privacy:audit")))


def test_the_menu_and_the_rail_lead_there(client, officer, person):
    desk, requests = reverse("home:desk"), reverse("privacy:requests")
    assert f'href="{MINE}"' in page(client.get(desk))
    assert requests not in page(client.get(desk))

    client.force_login(officer)

    assert requests in page(client.get(desk))
