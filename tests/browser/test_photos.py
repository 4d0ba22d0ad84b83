"""A report with photos from a phone: shrunk there, sent at once, bare on the disk."""

import io

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from PIL import Image
from playwright.sync_api import expect

from benchmarks.stage import until
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder
from tests.factories.photos import SVG, is_bare, picture, shot
from tests.factories.tickets import CategoryFactory, RuleFactory
from tickets.models import Photo, Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def town(transactional_db):
    made = build_town()
    manhole = CategoryFactory(code="0101", name_en="Manhole cover", picture_rank=1, icon="manhole")
    RuleFactory(category=manhole, area=made.district, department=made.housing)
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("grid_worker", area=made.grids[2], username="worker", name="Li", **secret)
    holder("department_clerk", department=made.housing, username="clerk", name="Wang", **secret)
    return made


@pytest.fixture
def phone(town, open_page):
    lon, lat = town.middle(2)
    page = open_page(
        PHONE,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
        permissions=["geolocation"],
        has_touch=True,
        is_mobile=True,
    )
    sign_in(page, "worker", "/tickets/new/")
    page.get_by_role("button", name="Here I am").click()
    expect(page.locator("[data-gg-place-words]")).to_contain_text(
        town.grids[2].name, timeout=60_000
    )
    page.locator("label.pick", has_text="Manhole").click()
    return page


@pytest.fixture
def taken(tmp_path):
    """``taken("a", SVG)``: a file on the phone, just made; a large photo on its side by default."""

    def take(name, data=None, suffix="jpg"):
        path = tmp_path / f"{name}.{suffix}"
        large = picture((3000, 2000)) if data is None else None
        path.write_bytes(data if large is None else shot(image=large, orientation=6))
        return str(path)

    return take


def files(stage):
    found = [one for one in (stage.folder / "media").rglob("*") if one.is_file()]
    assert all(is_bare(one.read_bytes()) for one in found)
    return found


def kept(page, count: int) -> None:
    """So many photos have arrived; on a busy machine each takes its seconds."""
    expect(page.locator(".shot figcaption", has_text="Kept")).to_have_count(count, timeout=60_000)


def report(page) -> Ticket:
    page.locator(".thumb button[type=submit]").click()
    page.wait_for_url("**/tickets/YL*/")
    return Ticket.objects.get()


def test_a_photo_is_shrunk_sent_and_on_the_ticket(phone, town, stage, taken):
    bodies = []
    phone.on("request", lambda one: bodies.append(one) if one.url.endswith("/photos/") else None)

    phone.set_input_files("[data-gg-choose]", [taken("one"), taken("two")])
    kept(phone, 2)
    no_sideways_scroll(phone)
    ticket = report(phone)

    first, second = ticket.photos.all()
    assert (first.width, first.height) == (1067, 1600)  # upright, and smaller than it came
    with Image.open(stage.folder / "media" / first.image.name) as image:
        red, _green, blue = image.getpixel((image.width // 2, image.height // 10))
    assert red > 180 > blue
    assert first.taken_point_source == second.taken_at_source == "device"
    assert first.taken_point.coords == pytest.approx(town.middle(2), abs=1e-5)
    assert len(files(stage)) == 4
    assert len(bodies) == 2
    shown = phone.locator(".shots img")
    expect(shown).to_have_count(2)
    assert shown.first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    no_sideways_scroll(phone)


def test_what_does_not_get_through_is_tried_again_and_what_is_none_is_said(phone, stage, taken):
    phone.route("**/tickets/photos/", lambda route: route.abort())
    phone.set_input_files("[data-gg-choose]", taken("lost"))
    expect(phone.locator(".shot.is-wrong")).to_contain_text("did not get through", timeout=60_000)
    phone.locator(".thumb button[type=submit]").click()
    expect(phone.locator("[data-gg-photos-said]")).to_contain_text("Press once more")

    phone.unroute("**/tickets/photos/")
    phone.get_by_role("button", name="Try again").click()
    kept(phone, 1)
    phone.set_input_files("[data-gg-choose]", taken("script", SVG))
    expect(phone.locator(".shot.is-wrong")).to_contain_text("This is no photo", timeout=60_000)
    phone.locator(".shot.is-wrong [data-gg-away]").click()
    phone.set_input_files("[data-gg-choose]", taken("wrong"))
    kept(phone, 2)
    phone.locator(".shot").last.locator("[data-gg-away]").click()
    until(lambda: Photo.objects.count() == 1, "the photo is taken back")

    assert report(phone).photos.count() == 1
    assert len(files(stage)) == 2


def test_a_report_waits_for_a_photo_that_is_on_its_way(phone, taken):
    held = []

    def hold(route):
        held.append(route)

    phone.route("**/tickets/photos/", hold)
    phone.set_input_files("[data-gg-choose]", taken("slow"))
    expect(phone.locator(".shot")).to_contain_text("Sending", timeout=60_000)
    # The page has eight seconds of patience, and a busy machine may need more for the photo.
    phone.evaluate("window.setTimeout = () => 0")
    phone.locator(".thumb button[type=submit]").click()
    expect(phone.locator("[data-gg-photos-said]")).to_contain_text("on their way")
    held[0].continue_()
    phone.wait_for_url("**/tickets/YL*/")

    assert Ticket.objects.get().photos.count() == 1


def test_a_heic_that_the_browser_cannot_read_goes_as_it_is(phone, stage, taken):
    phone.set_input_files("[data-gg-choose]", taken("apple", shot("HEIF"), "heic"))
    kept(phone, 1)
    expect(phone.locator(".shot img")).to_have_count(1)

    photo = report(phone).photos.get()
    assert photo.taken_at_source == "exif"
    assert len(files(stage)) == 2


def test_without_script_the_form_brings_the_photo(town, open_page, stage, taken):
    page = open_page(PHONE, java_script_enabled=False)
    sign_in(page, "worker", "/tickets/new/")
    page.locator("select[name=grid]").select_option(label=town.grids[2].name)
    page.set_input_files("input[name=photos]", [taken("one"), taken("bad", SVG)])
    page.locator("label.pick", has_text="Manhole").click()
    ticket = report(page)

    photo = ticket.photos.get()
    assert (photo.width, photo.taken_point_source) == (1365, "exif")
    assert len(files(stage)) == 2
    expect(page.locator("main")).to_contain_text("bad.jpg was not kept: This is no photo.")


def test_a_department_adds_the_photo_of_the_repair(phone, open_page, taken):
    ticket = report(phone)
    until(lambda: Ticket.objects.filter(state="dispatched").exists(), "Celery routes it")
    clerk = open_page(DESK)
    sign_in(clerk, "clerk", f"/tickets/{ticket.number}/")
    # Somebody is in the middle of a sentence while the photo goes.
    clerk.locator("#return > summary").click()
    clerk.locator("#return textarea").fill("The cover belongs to")
    clerk.locator("select[name=phase]").select_option("after")
    clerk.set_input_files("[data-gg-choose]", taken("repair"))

    expect(clerk.locator(".shots figcaption")).to_contain_text("when done", timeout=60_000)
    expect(clerk.locator("#return textarea")).to_have_value("The cover belongs to")
    expect(clerk.locator("#add-photo [data-gg-shot]")).to_have_count(0)
    no_sideways_scroll(clerk)
    clerk.locator(".shots a").click()
    assert clerk.evaluate("document.contentType") == "image/jpeg"
    assert Image.open(io.BytesIO(clerk.request.get(clerk.url).body())).size == (1067, 1600)
