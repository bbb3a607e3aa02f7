"""The one way out: guarded at the socket, bounded in size and time, polite to each host."""

import asyncio
import gzip
import socket
import threading
import time

import brotli
import pytest

try:
    from compression import zstd
except ImportError:  # before Python 3.14
    from backports import zstd

from pipeline.web import MAX_REDIRECTS, Answer, Unreachable, Web, is_public


def client(**options):
    known = {"user_agent": "Byline/test (+https://a.example/)", "timeout_seconds": 5, "max_bytes": 2**20}
    return Web(**(known | options))


def get(*urls, headers=None, allow_private=True, **options):
    """Fetch all of ``urls`` at once; one answer for one URL, else a list."""

    async def run():
        async with client(**options) as web:
            asked = (web.get(url, headers=headers, allow_private=allow_private) for url in urls)
            return await asyncio.gather(*asked)

    answers = asyncio.run(run())
    return answers[0] if len(urls) == 1 else answers


def redirect(web, path, to, status=302):
    return web.serve(path, status=status, Location=to)


# -- private addresses


def test_a_private_address_is_refused_and_never_asked(web):
    answer = get(web.serve("/feed", "x"), allow_private=False)

    assert "is at a private address" in answer.cause
    assert web.requests == []


def test_a_private_address_is_read_where_it_is_allowed(web):
    answer = get(web.serve("/feed", "x"))

    assert isinstance(answer, Answer)
    assert (answer.url, answer.status, answer.body) == (web.url + "/feed", 200, b"x")


@pytest.fixture
def listening():
    """A port of loopback, IPv4 and IPv6, and the list of those who came to it."""
    came = []
    sockets = [socket.create_server(("127.0.0.1", 0))]
    port = sockets[0].getsockname()[1]
    if socket.has_ipv6:
        sockets.append(socket.create_server(("::1", port), family=socket.AF_INET6))

    def accept(server):
        while True:
            try:
                connection, peer = server.accept()
            except OSError:
                return
            came.append(peer)
            connection.close()

    threads = [threading.Thread(target=accept, args=(server,), daemon=True) for server in sockets]
    for thread in threads:
        thread.start()
    yield port, came
    for server in sockets:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


LOOPBACK = """
127.0.0.1 localhost LOCALHOST localhost. 127.1 127.0.1 127.255.255.254 2130706433 0x7f.1 0x7f000001 0x7f.0x0.0x0.0x1
0177.0.0.1 017700000001 0 0.0.0.0 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
[64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] %31%32%37.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 user:pw@127.0.0.1 a.example@127.0.0.1
""".split()


@pytest.mark.parametrize("redirected", [False, True])
def test_no_spelling_of_loopback_is_a_way_in(web, listening, redirected):
    port, came = listening
    urls = [f"http://{host}:{port}/" for host in LOOPBACK]
    if redirected:  # allowed is the server that redirects, not where it leads to
        urls = [redirect(web, f"/{number}", url.encode().decode("latin-1")) for number, url in enumerate(urls)]

    answers = get(*urls, allow_private=redirected)

    assert all(isinstance(answer, Unreachable) for answer in answers)
    assert came == []


def test_loopback_would_be_reached_without_the_guard(listening):
    port, came = listening
    get(f"http://localhost:{port}/", f"http://127.1:{port}/")

    assert came


def test_what_is_allowed_for_one_host_is_not_for_where_it_redirects(web, listening):
    port, came = listening
    answer = get(redirect(web, "/feed", f"http://127.0.0.1:{port}/"))

    assert "private address" in answer.cause
    assert came == []


def test_what_is_allowed_for_one_host_is_for_its_other_pages(web):
    web.serve("/new", "x")

    assert get(redirect(web, "/old", "/new")).body == b"x"


@pytest.mark.parametrize(
    ("address", "public"),
    [(address, True) for address in "1.1.1.1 132.0.5.1 192.0.1.1 172.32.0.1 100.128.0.1 2606:4700::1111".split()]
    + [(address, True) for address in "::ffff:8.8.8.8 2002:808:808:: 64:ff9b::808:808 2a00::1".split()]
    + [
        (address, False)
        for address in """
        0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
        192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
        240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
        2002:7f00:1:: 2002:a00:1:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
        64:ff9b:1::808:808 100::1 2001::1 2001:db8::1 2001:10::1
        3fff::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 5f00::1 4000::1
        """.split()
    ],
)
def test_public_addresses_are_told_from_all_others(address, public):
    assert is_public(address) is public


# -- redirects


def test_a_feed_that_moved_for_good_is_told(web):
    web.serve("/c", "x")
    redirect(web, "/b", "/c", 308)
    answer = get(redirect(web, "/a", "/b", 301))

    assert (answer.body, answer.url, answer.moved_to) == (b"x", web.url + "/c", web.url + "/c")


def test_a_feed_that_is_elsewhere_for_now_has_not_moved(web):
    web.serve("/b", "x")
    for status in (302, 303, 307):
        answer = get(redirect(web, "/a", "/b", status))
        assert (answer.body, answer.url, answer.moved_to) == (b"x", web.url + "/b", None)


def test_a_move_counts_up_to_the_first_detour(web):
    web.serve("/d", "x")
    redirect(web, "/c", "/d", 301)
    redirect(web, "/b", "/c", 302)

    assert get(redirect(web, "/a", "/b", 301)).moved_to == web.url + "/b"


def test_a_redirect_without_end_is_given_up(web):
    answer = get(redirect(web, "/a", "/a"))

    assert answer == Unreachable(cause=f"redirects more than {MAX_REDIRECTS} times")
    assert len(web.requests) == MAX_REDIRECTS + 1


def test_a_redirect_out_of_the_web_is_not_followed(web):
    for to in ["ftp://a.example/", "javascript:alert(1)", "file:///etc/passwd"]:
        assert get(redirect(web, "/a", to)) == Unreachable(cause="redirects to something that is no web address")


def test_a_redirect_is_asked_for_as_the_server_wrote_it(web):
    web.serve("/feed?utm_source=rss", "x")

    assert get(redirect(web, "/feed", "/feed?utm_source=rss")).body == b"x"


# -- bounds

PACKED = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}


def test_an_answer_that_is_too_large_is_cut_off(web):
    answer = get(web.serve("/feed", b"x" * (2**20 + 1)))

    assert answer == Unreachable(cause="sends more than 1 MB")
    assert len(get(web.serve("/feed", b"x" * 2**20)).body) == 2**20


@pytest.mark.parametrize("coding", PACKED)
def test_a_small_body_that_unpacks_to_a_large_one_is_cut_off(web, coding):
    packed = PACKED[coding](bytes(64 * 2**20))

    assert get(web.serve("/feed", packed, Content_Encoding=coding)) == Unreachable(cause="sends more than 1 MB")


def test_an_answer_that_takes_too_long_is_given_up(web):
    def slow(_request):
        time.sleep(0.4)
        return 200, {}, b"late"

    web.pages["/feed"] = slow

    assert get(web.url + "/feed", timeout_seconds=0.1) == Unreachable(cause="did not answer in full within 0.1 seconds")


def test_an_answer_that_trickles_is_given_up(web):
    def trickle(request):
        request.send_response(200)
        request.end_headers()
        for _ in range(20):
            request.wfile.write(b"x")
            time.sleep(0.02)
        return 200, {}, b""

    web.pages["/feed"] = trickle

    assert get(web.url + "/feed", timeout_seconds=0.1).cause.startswith("did not answer in full within 0.1")


def test_a_refused_connection_is_told():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert get(f"http://127.0.0.1:{port}/") == Unreachable(cause="refuses the connection")


def test_an_unknown_host_is_told():
    assert "DNS" in get("http://nobody.invalid/").cause


def test_an_answer_that_breaks_off_is_told(web):
    def break_off(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        request.close_connection = True
        raise ConnectionAbortedError

    web.pages["/feed"] = break_off

    assert get(web.url + "/feed") == Unreachable(cause="breaks off before its answer is complete")


def test_what_is_no_web_address_is_told():
    for url in ("ftp://127.0.0.1/", "file:///etc/passwd", "/feed", "http://[::1/", "", "http://a b/"):
        assert isinstance(get(url), Unreachable), url


# -- manners


def test_it_says_who_it_is_and_sends_the_given_headers(web):
    get(web.serve("/feed"), headers={"If-None-Match": '"a"'})
    ((_, headers),) = web.requests

    assert headers["User-Agent"] == "Byline/test (+https://a.example/)"
    assert headers["If-None-Match"] == '"a"'


def test_no_cookie_comes_back(web):
    get(web.serve("/a", Set_Cookie="a=b"), web.serve("/b"), web.serve("/c"))

    assert all("Cookie" not in headers for _, headers in web.requests)


@pytest.mark.parametrize("coding", PACKED)
def test_a_compressed_body_is_unpacked(web, coding):
    packed = PACKED[coding](b"words" * 1000)

    assert get(web.serve("/feed", packed, Content_Encoding=coding)).body == b"words" * 1000
    assert coding in web.requests[-1][1]["Accept-Encoding"].split(", ")


def test_a_status_is_an_answer(web):
    assert [get(web.serve(f"/{status}", status=status)).status for status in (304, 404, 500)] == [
        304,
        404,
        500,
    ]


class Busy:
    """A page that takes a while, and knows how many asked for it at the same time."""

    def __init__(self, seconds):
        self.seconds, self.now, self.most = seconds, 0, 0
        self._lock = threading.Lock()

    def __call__(self, _request):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self._lock:
            self.now -= 1
        return 200, {}, b"x"


def test_one_host_is_asked_one_thing_at_a_time(web):
    busy = Busy(0.02)
    web.pages = {f"/{number}": busy for number in range(6)}
    answers = get(*(web.url + path for path in web.pages))

    assert [answer.body for answer in answers] == [b"x"] * 6
    assert busy.most == 1


def test_a_host_is_one_with_and_without_the_dot_of_the_root(web):
    async def guarded():
        async with Web(user_agent="t", timeout_seconds=5, max_bytes=9, pause_seconds=0.2) as client:
            names = ("localhost", "localhost.", "LOCALHOST.")
            return await asyncio.gather(*(client.get(web.url.replace("127.0.0.1", name)) for name in names))

    began = time.monotonic()
    assert all(isinstance(one, Unreachable) for one in asyncio.run(guarded()))
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(
    "hosts",
    [["127.0.0.1"] * 5, ["127.0.0.1", "localhost", "LocalHost", "LOCALHOST", "localHost"]],
    ids=["one", "many"],
)
def test_waiting_for_a_turn_does_not_count_as_answering_slowly(web, hosts):
    web.pages = {f"/{number}": Busy(0.15) for number in range(5)}
    urls = [web.url.replace("127.0.0.1", host) + path for host, path in zip(hosts, web.pages, strict=True)]
    answers = get(*urls, timeout_seconds=0.4, concurrency=1)

    assert [getattr(answer, "body", answer) for answer in answers] == [b"x"] * 5


def test_between_two_visits_of_one_host_there_is_a_pause_but_not_at_a_host_of_ones_own(web):
    urls = [web.serve(f"/{number}", b"x") for number in range(3)]
    clock, began = time.monotonic, time.monotonic()
    assert [one.body for one in get(*urls, pause_seconds=5)] == [b"x"] * 3
    assert clock() - began < 5

    async def guarded():
        async with Web(user_agent="t", timeout_seconds=5, max_bytes=9, pause_seconds=0.2) as client:
            return await asyncio.gather(*(client.get(url) for url in urls))

    began = clock()
    assert all(isinstance(one, Unreachable) for one in asyncio.run(guarded()))
    assert clock() - began >= 0.4
