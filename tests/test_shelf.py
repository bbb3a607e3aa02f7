"""What is kept for who asks next: only what may be for anybody, only a short while, only so much."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from pipeline.html import safe_url
from pipeline.web import Answer
from pipeline.worker.shelf import GOOD_FOR, Shelf

ADDRESS = safe_url("https://a.example/feed")
FEEDS, PAGES = {"Accept": "application/rss+xml"}, {"Accept": "text/html"}
ONE, TWO = {"If-None-Match": '"one"'}, {"If-None-Match": '"two"'}


def answer(body=b"whole", status=200, **headers):
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(url=ADDRESS, status=status, headers=CIMultiDictProxy(named), body=body)


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def shelf(clock):
    return Shelf(lambda: clock[0])


def test_an_answer_is_for_all_who_ask_alike_until_it_is_old(shelf, clock):
    shelf.keep(answer(), FEEDS)
    assert shelf.find(ADDRESS, FEEDS) == answer()
    assert shelf.find(ADDRESS, PAGES) is None
    assert shelf.find(safe_url("https://a.example/feed?key=1"), FEEDS) is None
    clock[0] = GOOD_FOR - 1
    assert shelf.find(ADDRESS, FEEDS) is not None
    clock[0] = GOOD_FOR
    assert shelf.find(ADDRESS, FEEDS) is None


def test_who_has_this_version_hears_that_nothing_has_changed_and_who_has_another_gets_it(shelf):
    shelf.keep(answer(ETag='"one"'), {})
    same, other = shelf.find(ADDRESS, ONE), shelf.find(ADDRESS, TWO)
    assert (same.status, same.body, same.headers["ETag"]) == (304, b"", '"one"')
    assert (other.status, other.body) == (200, b"whole")


def test_both_validators_are_to_be_the_same(shelf):
    shelf.keep(answer(ETag='"one"', Last_Modified="Monday"), {})
    assert shelf.find(ADDRESS, ONE).status == 200
    assert shelf.find(ADDRESS, ONE | {"If-Modified-Since": "Monday"}).status == 304


def test_without_validators_nothing_is_the_same(shelf):
    shelf.keep(answer(), {})
    assert shelf.find(ADDRESS, {}).status == 200


def test_that_nothing_has_changed_is_told_to_who_asked_with_the_same(shelf):
    shelf.keep(answer(b"", 304), ONE)
    assert shelf.find(ADDRESS, ONE).status == 304
    assert shelf.find(ADDRESS, TWO) is None
    assert shelf.find(ADDRESS, {}) is None


def test_that_nothing_has_changed_makes_the_whole_as_good_as_new(shelf, clock):
    shelf.keep(answer(ETag='"one"'), {})
    clock[0] = GOOD_FOR - 1
    shelf.keep(answer(b"", 304), ONE)
    clock[0] = 2 * GOOD_FOR - 2
    assert shelf.find(ADDRESS, TWO).body == b"whole"


def test_that_another_version_has_not_changed_puts_the_whole_aside(shelf):
    shelf.keep(answer(ETag='"one"'), {})
    shelf.keep(answer(b"", 304), TWO)
    assert shelf.find(ADDRESS, {}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache_Control": "max-age=60, Private"},
        {"Cache_Control": 'private="Set-Cookie"'},
        {"Cache_Control": "no-store"},
        {"Cache_Control": "no-cache"},
        {"Vary": "*"},
        {"Vary": "Accept-Encoding, User-Agent"},
    ],
)
def test_what_is_not_for_anybody_is_not_kept_and_ends_what_was(shelf, headers):
    shelf.keep(answer(), {})
    shelf.keep(answer(**headers), {})
    assert shelf.find(ADDRESS, {}) is None


@pytest.mark.parametrize("headers", [{"Cache_Control": "public, max-age=0"}, {"Vary": "Accept-Encoding,, cookie"}])
def test_what_is_for_anybody_is_kept(shelf, headers):
    shelf.keep(answer(**headers), {})
    assert shelf.find(ADDRESS, {}) is not None


@pytest.mark.parametrize("status", [226, 301, 404, 410, 429, 500, 503])
def test_only_the_whole_and_that_it_is_unchanged_are_kept(shelf, status):
    shelf.keep(answer(status=status), ONE)
    assert shelf.find(ADDRESS, ONE) is shelf.find(ADDRESS, {}) is None


def test_that_nothing_has_changed_since_nothing_is_not_kept(shelf):
    shelf.keep(answer(b"", 304), {})
    assert shelf.find(ADDRESS, {}) is None


def test_the_oldest_makes_room_and_what_is_too_big_is_not_kept(monkeypatch):
    monkeypatch.setattr("pipeline.worker.shelf._ROOM", 80)
    shelf = Shelf()
    for number in range(9):
        shelf.keep(answer(b"0123456789"), {"Accept": str(number)})
    assert [shelf.find(ADDRESS, {"Accept": str(number)}) is not None for number in range(9)] == [False] + [True] * 8
    shelf.keep(answer(b"0123456789"), {"Accept": "8"})  # one that is put anew takes no more room than before
    assert shelf.find(ADDRESS, {"Accept": "1"}) is not None
    shelf.keep(answer(b"01234567890"), {"Accept": "big"})
    assert shelf.find(ADDRESS, {"Accept": "big"}) is None
    shelf.keep(answer(b"", Etag="0123456789a"), {"Accept": "long"})
    assert shelf.find(ADDRESS, {"Accept": "long"}) is None
