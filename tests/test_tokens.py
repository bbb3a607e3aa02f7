"""Readers' tokens: good for one purpose, for no other reader, in time, and not at all once anything is changed."""

import stat
import string
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import SettingsError, UsageError
from pipeline.send.tokens import CONFIRMED_WITHIN, Purpose, Tokens, tokens_of
from pipeline.settings import load

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
OLD, NEW = "an-old-key-that-was-made-long-ago", "a-new-key-that-was-made-just-now"
SECRET = "c2VjcmV0IG9mIGEgcmVhZGVy"
every_purpose = pytest.mark.parametrize("purpose", Purpose)


@every_purpose
def test_a_token_is_good_for_its_purpose_alone(purpose):
    tokens = Tokens([NEW])
    token = tokens.made(purpose, SECRET, NOW)
    assert [each for each in Purpose if tokens.read(each, token, NOW) == SECRET] == [purpose]


@every_purpose
def test_a_token_is_short_and_can_stand_in_an_address(purpose):
    token = Tokens([NEW]).made(purpose, SECRET, NOW)
    assert len(token) <= 60
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")


def test_only_what_confirms_grows_old():
    tokens, late = Tokens([NEW]), NOW + CONFIRMED_WITHIN + timedelta(seconds=1)
    confirming = tokens.made(Purpose.CONFIRM, SECRET, NOW)
    assert tokens.read(Purpose.CONFIRM, confirming, NOW + CONFIRMED_WITHIN) == SECRET
    assert tokens.read(Purpose.CONFIRM, confirming, late) is None
    for purpose in (Purpose.PREFERENCES, Purpose.UNSUBSCRIBE):
        assert tokens.read(purpose, tokens.made(purpose, SECRET, NOW), NOW + timedelta(days=4000)) == SECRET


@every_purpose
def test_keys_can_change_and_old_links_go_on_working_as_long_as_the_old_key_is_there(purpose):
    old = Tokens([OLD]).made(purpose, SECRET, NOW)
    assert Tokens([NEW, OLD]).read(purpose, old, NOW) == SECRET
    assert Tokens([NEW]).read(purpose, old, NOW) is None
    new = Tokens([NEW, OLD]).made(purpose, SECRET, NOW)
    assert Tokens([NEW]).read(purpose, new, NOW) == SECRET
    assert Tokens([OLD]).read(purpose, new, NOW) is None


def flipped(token):
    """Every text that differs from ``token`` in one bit."""
    data = token.encode()
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            yield changed.decode("latin-1")


def accepted(numbers, purpose):
    tokens = Tokens([NEW, OLD])
    made = (tokens.made(purpose, f"{number:024x}", NOW + timedelta(seconds=number)) for number in numbers)
    return [
        changed
        for token in made
        for changed in flipped(token)
        if tokens.read(purpose, changed, NOW + timedelta(days=1))
    ]


@pytest.mark.parametrize("kind", range(3))
def test_of_a_thousand_tokens_with_each_bit_flipped_none_is_accepted(kind):
    purpose = list(Purpose)[kind]
    assert accepted(range(kind, 1000, 3), purpose) == []


@pytest.mark.parametrize(
    "token",
    [
        *(
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "\x00",
            "é.é.é",
            "{{7*7}}",
            "a" * 100_000,
            "." * 100_000,
            f"{SECRET}.",
            "=" * 60,
        ),
        *(f"{SECRET}.{'A' * 24}", f"{SECRET}.AAAA.{'A' * 24}", f"{SECRET}.-.{'A' * 24}", "\r\nSet-Cookie: a=b"),
    ],
)
@every_purpose
def test_what_is_no_token_is_none(purpose, token):
    assert Tokens([NEW]).read(purpose, token, NOW) is None


@pytest.mark.parametrize("between", ["=", "!", " ", "\n", "\x00", "==", "+", "/"])
def test_nothing_can_be_put_into_a_token(between):
    tokens = Tokens([NEW])
    token = tokens.made(Purpose.UNSUBSCRIBE, SECRET, NOW)
    for place in range(len(token) + 1):
        assert tokens.read(Purpose.UNSUBSCRIBE, token[:place] + between + token[place:], NOW) is None


# -- the keys


def test_without_keys_of_the_environment_one_is_made_once_for_its_owner_alone(site):
    settings = load(site, {})
    token = tokens_of(settings).made(Purpose.UNSUBSCRIBE, SECRET, NOW)
    path = settings.state / "token.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tokens_of(load(site, {})).read(Purpose.UNSUBSCRIBE, token, NOW) == SECRET
    assert [each.name for each in settings.state.glob("token.key*")] == ["token.key"]


def test_those_who_make_the_key_at_the_same_time_have_the_same(site):
    settings = load(site, {})
    with ThreadPoolExecutor(8) as pool:
        marks = set(pool.map(lambda _: tokens_of(settings).marks("ana@example.org"), range(8)))
    assert len(marks) == 1


def test_keys_of_the_environment_come_first_and_are_told_nobody(site):
    settings = load(site, {"BYLINE_TOKEN_KEYS": f"{NEW}, {OLD}"})
    tokens = tokens_of(settings)
    assert Tokens([NEW]).read(Purpose.CONFIRM, tokens.made(Purpose.CONFIRM, SECRET, NOW), NOW) == SECRET
    assert tokens.read(Purpose.CONFIRM, Tokens([OLD]).made(Purpose.CONFIRM, SECRET, NOW), NOW) == SECRET
    assert not (settings.state / "token.key").exists()
    assert NEW not in repr(settings)


@pytest.mark.parametrize("keys", ["short", f"{NEW},short", "é" * 30])
def test_a_key_that_could_be_guessed_is_refused_and_not_shown(site, keys):
    with pytest.raises(SettingsError, match="24 or more") as refused:
        load(site, {"BYLINE_TOKEN_KEYS": keys})
    assert NEW not in str(refused.value)


def test_a_key_file_that_is_empty_is_told(site):
    settings = load(site, {})
    settings.state.mkdir(exist_ok=True)
    (settings.state / "token.key").touch()
    with pytest.raises(UsageError, match="is empty"):
        tokens_of(settings)


# -- addresses that were forgotten


def test_a_mark_says_nothing_of_the_address_and_differs_from_key_to_key():
    new, old = Tokens([NEW, OLD]).marks("ana@example.org")
    assert new.text != old.text
    assert new.key != old.key
    assert Tokens([OLD]).marks("ana@example.org") == (old,)
    assert Tokens([NEW]).marks("bea@example.org")[0].text != new.text
