import pytest

from govgrid.home import catalogues

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def said():
    return catalogues.extract()


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_nothing_is_left_untranslated(said, locale):
    """Run ``manage.py catalogues`` and translate what it leaves empty in zh_Hans."""
    entries = catalogues.load(locale)

    assert sorted(map(str, set(said) - set(entries))) == []
    assert [one.id for one in catalogues.untranslated(entries.values())] == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_no_translation_lost_a_place(locale):
    assert catalogues.broken(catalogues.load(locale).values()) == []


def test_a_missing_string_would_be_found(said):
    assert ("", "Sign for it") in said
    assert ("", "Settle here") in said
    # From a package that holds the locale directory, and one that says it in a plain function.
    assert ("", "User name or work phone") in said
    assert ("", "Say what was done.") in said
    assert len(said) > 200


def test_traditional_follows_simplified():
    hans, hant = catalogues.load("zh_Hans"), catalogues.load("zh_Hant")

    for key, one in hans.items():
        expected = [catalogues.traditional(text) for text in catalogues.texts(one)]
        assert catalogues.texts(hant[key]) == expected
    assert catalogues.traditional("网格治理 %(name)s 里程") == "網格治理 %(name)s 里程"
