"""How fast letters leave: rules of limits and hours, and sends that hold to them, wait, pause and are planned."""

import itertools
import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import sending
from pipeline import send as room
from pipeline.app.letters import Letters
from pipeline.cli import run
from pipeline.cli.init import _sample_files, make
from pipeline.errors import SendError, UsageError
from pipeline.html import plain_text
from pipeline.model import DeliveryState, Reader, ReaderId, ReaderState, Sending, SendState
from pipeline.send import orders
from pipeline.send.limits import FIRST_DAY, Hours, Limit, known_zone, most_today, zone_of
from pipeline.send.pace import AT_NIGHT, DAY_IS_FULL, Pace
from pipeline.send.waiting import PATIENCE, Waiting
from pipeline.send.ways import Smtp
from pipeline.settings.sending import PaceSettings
from pipeline.store import Store, sends
from pipeline.store import deliveries as ledger
from pipeline.store import pace as uses
from pipeline.store import send as kept
from pipeline.store.deliveries import Candidate
from pipeline.store.schema import deliveries
from sending import LATER, NOW, SENT, filled, here, sent, sink, state_of, states

law = settings(derandomize=True, deadline=None, max_examples=60)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
KINDS = ("domain", "rest")


site, letter, store = sending.site, sending.letter, sending.store


def paced(site, server, connections=4, **pace):
    there = here(site, server.server_address[1], connections)
    return there.model_copy(update={"send": there.send.model_copy(update={"pace": PaceSettings(**pace)})})


def candidate(number, domain="example.org", zone=""):
    reader = Reader(
        id=ReaderId(number),
        email=f"r{number}@{domain}",
        name=plain_text(""),
        state=ReaderState.ACTIVE,
        consent=plain_text(""),
        consented_at=NOW,
        token=str(number),
        zone=zone,
    )
    return Candidate(number, reader, 0)


# -- rules


@law
@given(
    rate=st.floats(0.01, 500),
    waits=st.lists(st.floats(0, 3), min_size=1, max_size=80),
)
def test_in_no_span_of_time_more_leave_than_a_limit_allows(rate, waits):
    limit = Limit.per_second("x", rate)
    now, until, left = NOW, NOW, []
    for wait in waits:
        now += timedelta(seconds=wait)
        if limit.free_at(until, now) <= now:
            until = limit.used(until, now)
            left.append(now)
    for first, last in itertools.combinations(range(len(left)), 2):
        span = (left[last] - left[first]).total_seconds()
        assert last - first + 1 <= limit.burst + span * rate + 1e-3 * rate + 1e-6


@law
@given(rate=st.floats(0.1, 50), many=st.integers(2, 40))
def test_a_limit_is_used_up_by_whoever_waits_just_as_long_as_it_says(rate, many):
    limit, now, until = Limit.per_second("x", rate), NOW, NOW
    for _ in range(many):
        now = limit.free_at(until, now)
        until = limit.used(until, now)
    assert (now - NOW).total_seconds() == pytest.approx(max(0, many - limit.burst) / rate, abs=0.01)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "then"),
    [
        ("07:00-21:00", "UTC", "2026-11-23T07:00", "2026-11-23T07:00"),
        ("07:00-21:00", "UTC", "2026-11-23T06:59", "2026-11-23T07:00"),
        ("07:00-21:00", "UTC", "2026-11-23T21:00", "2026-11-24T07:00"),
        ("07:00-21:00", "America/New_York", "2026-11-23T07:30", "2026-11-23T12:00"),
        ("07:00-21:00", "Asia/Tokyo", "2026-11-23T13:00", "2026-11-23T22:00"),
        ("21:00-07:00", "UTC", "2026-11-23T23:00", "2026-11-23T23:00"),
        ("21:00-07:00", "UTC", "2026-11-23T06:00", "2026-11-23T06:00"),
        ("21:00-07:00", "UTC", "2026-11-23T07:30", "2026-11-23T21:00"),
        ("02:30-21:00", "Europe/Madrid", "2026-03-29T00:00", "2026-03-29T01:30"),  # the clock skips that half hour
        ("07:00-21:00", "Europe/Madrid", "2026-10-25T05:00", "2026-10-25T06:00"),  # the night had one hour more
    ],
)
def test_letters_arrive_at_the_hours_of_the_readers_own_clock(hours, zone, now, then):
    said = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert Hours.of(hours).free_at(said, ZoneInfo(zone)) == datetime.fromisoformat(then).replace(tzinfo=UTC)


@law
@given(
    begin=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    end=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Europe/London"]),
    now=st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_a_reader_waits_for_less_than_a_day_and_an_hour_and_then_it_is_time(begin, end, zone, now):
    if begin == end:
        return
    hours = Hours(begin=begin, end=end)
    at = hours.free_at(now, ZoneInfo(zone))
    assert now <= at <= now + timedelta(hours=25)
    if (end.hour - begin.hour) % 24 > 2:  # or else a clock that is set may skip all of it
        assert hours.free_at(at, ZoneInfo(zone)) == at


@pytest.mark.parametrize(
    "name", ["", "Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "a" * 5000, "\0", "UTC\n\nX: y"]
)
def test_a_zone_that_is_none_is_none_of_ours(name):
    assert known_zone(name) == ""
    assert zone_of(name, ZoneInfo("Asia/Tokyo")).key == "Asia/Tokyo"


def test_a_new_domain_begins_with_few_and_no_day_has_more_than_twice_the_best_before():
    assert most_today(None, None) is None
    assert most_today(700, None) == 700
    assert most_today(None, []) == FIRST_DAY == 50
    assert most_today(None, [50]) == 100
    assert most_today(None, [30, 400, 90]) == 800
    assert most_today(300, [400]) == 300


# -- who is handed out


def test_who_must_wait_for_a_moment_holds_up_nobody_else():
    pace = Pace("x.example", PaceSettings(domain_per_minute=60))
    waiting = Waiting(iter([candidate(1, "a.example"), candidate(2, "a.example"), candidate(3, "b.example")]), pace)
    assert waiting.next(NOW).row == 1
    assert waiting.next(NOW).row == 3
    assert waiting.next(NOW) is None
    assert waiting.next_at == NOW + SECOND
    assert waiting.next(NOW + SECOND).row == 2
    assert waiting.next(NOW + SECOND) is None
    assert (waiting.next_at, waiting.is_empty) == (None, True)


def test_who_must_wait_for_long_is_left_to_a_later_pass_and_it_is_said_why_and_until_when():
    pace = Pace("x.example", PaceSettings(hours="07:00-21:00"))
    everyone = [candidate(1, zone="America/New_York"), candidate(2), candidate(3, zone="America/Los_Angeles")]
    waiting = Waiting(iter(everyone), pace)
    assert waiting.next(NOW).row == 2
    assert waiting.next(NOW) is None
    assert waiting.left == {AT_NIGHT: 2}
    assert waiting.later == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (waiting.next_at, waiting.is_empty) == (None, False)


@law
@given(
    domains=st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=60),
    steps=st.lists(st.floats(0, 5), min_size=1, max_size=30),
)
def test_everybody_is_handed_out_once_however_the_time_goes(domains, steps):
    pace = Pace("x.example", PaceSettings(domain_per_minute=30, per_second=20))
    waiting = Waiting(iter([candidate(number, domain) for number, domain in enumerate(domains)]), pace)
    now, found, clock = NOW, [], itertools.cycle(steps)
    while not waiting.is_empty:
        one = waiting.next(now)
        if one:
            found.append(one.row)
        elif waiting.next_at:
            assert waiting.next_at - now <= PATIENCE
            now = max(waiting.next_at, now + timedelta(seconds=next(clock)))
        else:
            break
    assert sorted(found) == list(range(len(domains)))


def test_the_hand_out_of_many_does_not_take_longer_the_more_are_held():
    pace = Pace("x.example", PaceSettings(domain_per_minute=6000))
    waiting = Waiting(iter([candidate(number, f"d{number % 3}.example") for number in range(3000)]), pace)
    now, begun, many = NOW, time.process_time(), 0
    while not waiting.is_empty:
        if waiting.next(now):
            many += 1
        else:
            now = waiting.next_at
    assert many == 3000
    assert time.process_time() - begun < 5


# -- sends


def claims(store):
    """When deliveries were claimed, in seconds since the first: after that, each message leaves at once."""
    with store.reading() as connection:
        at = sorted(connection.scalars(select(deliveries.c.claimed_at)))
    return [(each - at[0]).total_seconds() for each in at]


def test_a_send_holds_to_the_pace_of_its_sender_and_of_each_domain(site, letter, store):
    with sink() as server:
        found = sent(letter, paced(site, server, per_second=25), store, clock=lambda: datetime.now(UTC))
        assert found.counts == {SENT: 20}
    times = claims(store)
    for first, last in itertools.combinations(range(20), 2):
        assert times[last] - times[first] >= (last - first + 1 - 2) / 25 - 1e-3


def test_two_senders_hold_to_one_pace(site, letter, store, store_url):
    other, found = Store(store_url), []
    with sink() as server:
        there = paced(site, server, per_second=20)
        threads = [
            threading.Thread(
                target=lambda own=own: found.append(sent(letter, there, own, clock=lambda: datetime.now(UTC)))
            )
            for own in (store, other)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    other.close()
    assert sum(each.count(SENT) for each in found) == 20
    assert len({*server.got}) == 20
    times = claims(store)
    for first, last in itertools.combinations(range(20), 2):
        assert times[last] - times[first] >= (last - first + 1 - 2) / 20 - 1e-3


def test_a_day_has_no_more_letters_than_it_may_and_the_next_has_the_rest(site, letter, store):
    with sink() as server:
        there = paced(site, server, per_day=8)
        first = sent(letter, there, store)
        assert first.counts == {SENT: 8}
        assert first.left_out == {DAY_IS_FULL: 12}
        assert first.later == datetime(2026, 11, 24, tzinfo=UTC)
        assert state_of(store, letter).state == SendState.RUNNING
        assert sent(letter, there, store).counts == {}
        assert sent(letter, there, store, lambda: NOW + timedelta(days=1)).counts == {SENT: 8}
        assert sent(letter, there, store, lambda: NOW + timedelta(days=2)).counts == {SENT: 4}
    assert state_of(store, letter).state == SendState.DONE
    assert len({*server.got}) == len(server.got) == 20


def test_a_domain_that_is_warmed_up_sends_twice_what_its_best_day_had(site, letter, store_url):
    store = filled(store_url, 170)
    with sink() as server:
        there = paced(site, server, warm_up=True)
        days = [sent(letter, there, store, lambda day=day: NOW + timedelta(days=day)).count(SENT) for day in range(3)]
    store.close()
    assert days == [50, 100, 20]


def test_who_sleeps_gets_the_letter_in_their_morning(site, letter, store):
    with store.writing() as connection:
        for each in kept.readers_in(connection)[:5]:
            kept.note_zone(connection, each.id, "America/New_York")
    with sink() as server:
        there = paced(site, server, hours="07:00-21:00")
        found = sent(letter, there, store)
        assert (found.counts, found.left_out) == ({SENT: 15}, {AT_NIGHT: 5})
        assert found.later == datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert sent(letter, there, store, lambda: found.later).counts == {SENT: 5}


def test_one_who_waits_stays_until_all_have_it(site, letter, store):
    """The clock runs a thousand times as fast as ours."""
    begun = time.monotonic()
    clock = lambda: NOW + timedelta(seconds=(time.monotonic() - begun) * 5000)  # noqa: E731
    answers = Counter()

    def plan(verb, recipient):
        answers[recipient] += verb == "RCPT"
        return "450 4.2.0 try later" if (verb, recipient, answers[recipient]) == ("RCPT", "r3@d3.example", 1) else None

    with store.writing() as connection:
        kept.note_zone(connection, kept.readers_in(connection)[0].id, "America/New_York")
    with sink(plan) as server:
        found = sent(letter, paced(site, server, hours="07:00-21:00"), store, clock, wait=True)
    assert found.counts == {SENT: 20, LATER: 1}
    assert states(store, letter) == {SENT: 20}
    assert server.got[-1] == "r0@d0.example"


def test_one_who_waits_goes_on_when_the_mail_server_was_away_between_two_passes(site, letter, store):
    begun = time.monotonic()
    clock = lambda: NOW + timedelta(seconds=(time.monotonic() - begun) * 5000)  # noqa: E731
    answers = Counter()

    class Away(Smtp):
        """Cannot be reached the second and the third time."""

        opened = 0

        def open(self):
            self.opened += 1
            if self.opened in {2, 3}:
                raise SendError("the mail server cannot be reached")
            return super().open()

    def plan(verb, recipient):
        answers[recipient] += verb == "RCPT"
        return "450 4.2.0 try later" if (verb, recipient, answers[recipient]) == ("RCPT", "r3@d3.example", 1) else None

    with sink(plan) as server:
        way = Away(paced(site, server, 1))
        found = room.send(
            letter, paced(site, server, 1), store, way, lambda _: None, room.Orders(clock=clock, wait=True)
        )
    assert (found.counts, way.opened) == ({SENT: 20, LATER: 1}, 4)
    assert state_of(store, letter).state == SendState.DONE


def test_what_was_put_off_is_taken_up_by_what_runs_the_planned_ones(site, letter, store):
    with sink(lambda verb, to: "450 4.2.0 later" if (verb, to) == ("RCPT", "r3@d3.example") else None) as server:
        found = sent(letter, paced(site, server), store)
    assert state_of(store, letter).state == SendState.RUNNING
    assert [each.edition for each in orders.due(store, 3, found.later).now] == [letter.edition]
    with sink() as server:
        assert sent(letter, paced(site, server), store, lambda: found.later).counts == {SENT: 1}
    assert state_of(store, letter).state == SendState.DONE


def test_of_two_who_send_at_once_the_one_that_is_done_does_not_stop_the_other(site, letter, store):
    """One has still a letter to repeat, which the other side asked to wait with."""
    asked = []

    def plan(verb, recipient):
        if verb == "RCPT" and recipient == "r4@d4.example" and not asked:
            asked.append(recipient)
            with store.writing() as connection:
                sends.close(connection, letter.edition, SendState.DONE)
            return "421 4.7.0 slow down"
        return None

    with sink(plan) as server:
        found = sent(letter, paced(site, server, 1), store, clock=lambda: datetime.now(UTC))
    assert found.counts == {SENT: 20}
    assert state_of(store, letter).state == SendState.DONE


def test_a_server_that_asks_to_slow_down_is_slowed_down_for_and_nobody_is_lost(site, letter, store):
    asked = []

    def plan(verb, recipient):
        if verb == "RCPT" and len(asked) < 2 and recipient == "r4@d4.example":
            asked.append(recipient)
            return "421 4.7.0 too many messages, slow down"
        return None

    with sink(plan) as server:
        begun = time.monotonic()
        found = sent(letter, paced(site, server, 1), store, clock=lambda: datetime.now(UTC))
        assert time.monotonic() - begun >= 2.9, "a second, and then two"
    assert found.counts == {SENT: 20}
    assert len({*server.got}) == len(server.got) == 20


def test_a_domain_that_puts_off_is_left_in_peace_by_the_next_run_too_and_for_longer(site, letter, store):
    with store.writing() as connection:
        for number in range(100, 110):
            kept.add_reader(connection, f"{number}@d1.example", plain_text(""), plain_text(""), NOW)
    with sink(lambda verb, to: "451 4.3.2 no" if verb == "RCPT" and to.endswith("@d1.example") else None) as server:
        there = paced(site, server, 1)
        first = sent(letter, there, store)
        assert first.count(LATER) == 3
        again = sent(letter, there, store, lambda: NOW + timedelta(minutes=2))
        assert again.counts == {}, "they are at rest for five minutes"
        third = sent(letter, there, store, lambda: NOW + timedelta(minutes=6))
        assert third.count(LATER) == 3
        with store.reading() as connection:
            rests = uses.used(connection, "rest ")
    assert [(use.at, use.used) for use in rests.values()] == [(NOW + timedelta(minutes=26), 2)]


def test_what_a_clock_that_was_ahead_wrote_down_stops_nobody(site, letter, store):
    domain, later = site.send.domain, NOW + timedelta(days=365)
    with store.reading() as connection:
        domains = {each.domain for each in kept.readers_in(connection)}
    keys = [f"sender {domain}", f"slow {domain}", *(f"{kind} {domain} {each}" for each in domains for kind in KINDS)]
    with store.writing() as connection:
        uses.held(connection, keys, NOW)
        uses.keep(connection, {key: uses.Use(later, 1) for key in keys})
    with sink() as server:
        there = paced(site, server, 1, per_second=1000, domain_per_minute=60_000)
        assert sent(letter, there, store, clock=lambda: datetime.now(UTC)).counts == {SENT: 20}
    with store.reading() as connection:
        assert uses.used(connection, "sender ")[keys[0]].at < datetime.now(UTC) + MINUTE


def test_a_day_that_has_not_come_yet_tells_nothing_of_how_much_a_domain_may_send(store):
    with store.writing() as connection:
        for day, many in (("2026-11-20", 30), ("2027-11-20", 9000)):
            uses.held(connection, [key := f"day x.example {day}"], NOW)
            uses.keep(connection, {key: uses.Use(NOW, many)})
        pace = Pace("x.example", PaceSettings(warm_up=True))
        pace.learn(connection, NOW)
    for number in range(60):
        pace.reserve(candidate(number).reader, NOW)
    assert pace.ready(NOW).why == DAY_IS_FULL


def test_what_was_asked_is_told_again_where_its_commit_failed(store):
    asked, other = (Pace("x.example", PaceSettings()) for _ in range(2))
    with store.reading() as connection:
        reader = kept.readers_in(connection)[0]
    asked.slow_down(timedelta(minutes=30), NOW)

    def tell(then=lambda: None):
        with store.writing() as connection:
            asked.take(connection, {}, NOW)
            then()
        asked.is_told()

    def vanish():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        tell(vanish)
    tell()
    with store.writing() as connection:
        assert other.take(connection, {1: reader}, NOW) == frozenset()
    other.slow_down(timedelta(hours=1), NOW + timedelta(minutes=31))
    with store.writing() as connection:
        other.take(connection, {}, NOW)
    tell()  # what was told once is not told again
    with store.reading() as connection:
        assert uses.used(connection, "slow ")["slow x.example"].at == NOW + timedelta(minutes=91)


# -- what the author orders


def test_a_send_that_is_paused_claims_nobody_after_that_and_resumes(site, letter, store):
    begun = threading.Event()

    def tell(_delivery):
        if not begun.is_set():
            begun.set()
            orders.pause(store, letter.edition)

    with sink() as server:
        there = paced(site, server, 2)
        first = sent(letter, there, store, tell=tell)
        assert first.count(SENT) <= 1 + 2 + 2
        assert state_of(store, letter).state == SendState.PAUSED
        assert "still waits: the send is paused" in first.left_out
        with pytest.raises(SendError, match="is paused: you paused it"):
            sent(letter, there, store)
        assert sent(letter, there, store, resume=True).count(SENT) == 20 - first.count(SENT)
    assert state_of(store, letter).state == SendState.DONE
    assert len({*server.got}) == len(server.got) == 20


def test_a_send_that_only_waits_for_its_pace_is_paused_as_well(site, letter, store):
    with sink() as server:
        there = paced(site, server, per_second=0.05)
        ended = []
        thread = threading.Thread(
            target=lambda: ended.append(sent(letter, there, store, clock=lambda: datetime.now(UTC)))
        )
        thread.start()
        until = time.monotonic() + 20
        while not server.got and time.monotonic() < until:
            time.sleep(0.02)
        orders.pause(store, letter.edition)
        thread.join(10)
        assert not thread.is_alive()
    assert ended[0].count(SENT) == len(server.got) < 20


def test_a_send_that_is_cancelled_reaches_nobody_else_and_can_be_taken_up_again(site, letter, store):
    with sink() as server:
        there = paced(site, server, per_day=5)
        sent(letter, there, store)
        assert orders.cancel(store, letter.edition) == 15
        with pytest.raises(SendError, match="is cancelled"):
            sent(letter, there, store, lambda: NOW + timedelta(days=1))
        assert states(store, letter) == {SENT: 5, DeliveryState.EXCLUDED: 15}
        assert sent(letter, there, store, lambda: NOW + timedelta(days=1), resume=True).counts == {SENT: 5}


def test_what_is_not_being_sent_is_not_paused_nor_cancelled(letter, store):
    for order in (orders.pause, orders.cancel):
        with pytest.raises(UsageError, match="is not being sent"):
            order(store, letter.edition)


def test_what_is_planned_is_due_when_its_time_comes_and_is_not_begun_hours_later(letter, store):
    at = NOW + timedelta(hours=2)
    orders.plan(store, letter.edition, at, NOW)
    planned = Sending(edition=letter.edition, state=SendState.SCHEDULED, due_at=at)
    nothing = ((), ())
    found = [orders.due(store, 3, NOW + timedelta(hours=hours)) for hours in (1, 2, 5, 5.1)]
    assert [(each.now, each.late) for each in found] == [nothing, ((planned,), ()), ((planned,), ()), ((), (planned,))]
    orders.plan(store, letter.edition, at + timedelta(days=1), NOW)
    assert orders.due(store, 3, at) == orders.Due(now=(), late=())
    with pytest.raises(UsageError, match="is over"):
        orders.plan(store, letter.edition, NOW, NOW)


def test_what_is_planned_and_then_sent_goes_to_who_is_a_reader_by_then(site, letter, store):
    orders.plan(store, letter.edition, NOW + timedelta(hours=1), NOW)
    with store.writing() as connection:
        kept.add_reader(connection, "new@d.example", plain_text(""), plain_text(""), NOW)
    with sink() as server:
        assert sent(letter, paced(site, server), store).counts == {SENT: 21}
    with pytest.raises(UsageError, match="done already"):
        orders.plan(store, letter.edition, NOW + timedelta(hours=1), NOW)


class SlowToOpen:
    """A way that takes a while to connect, in which the author does something."""

    def __init__(self, way, meanwhile):
        self._way, self._meanwhile = way, meanwhile

    def __getattr__(self, name):
        return getattr(self._way, name)

    def open(self):
        self._meanwhile()
        return self._way.open()


@pytest.mark.parametrize(("order", "state"), [(orders.pause, "paused"), (orders.cancel, "cancelled")])
def test_an_order_that_is_given_while_a_run_connects_is_heeded(order, state, site, letter, store):
    with sink() as server:
        sent(letter, paced(site, server, per_day=5), store)
        way = SlowToOpen(Smtp(paced(site, server)), lambda: order(store, letter.edition))
        with pytest.raises(SendError, match=f"is {state}"):
            room.send(letter, paced(site, server), store, way, lambda _: None, room.Orders(clock=lambda: NOW))
    assert len(server.got) == 5
    assert state_of(store, letter).state == state


def test_what_was_planned_and_cancelled_goes_to_all_if_it_is_resumed(site, letter, store):
    orders.plan(store, letter.edition, NOW + timedelta(hours=1), NOW)
    assert orders.cancel(store, letter.edition) == 0
    with sink() as server:
        assert sent(letter, paced(site, server), store, resume=True).counts == {SENT: 20}


@pytest.mark.parametrize(("days", "goes_on"), [(20, False), (0, True)])
def test_what_is_begun_by_hand_before_its_time_does_not_go_on_by_itself(days, goes_on, letter, store):
    at = NOW + timedelta(days=days, minutes=1)
    orders.plan(store, letter.edition, at, NOW)
    begins = NOW if days else at
    with store.writing() as connection:
        ledger.freeze(connection, letter.edition, (), begins)
    for later in (begins + timedelta(minutes=9), at + timedelta(hours=9)):
        assert bool(orders.due(store, 3, later).now) == goes_on


def test_what_was_planned_and_stopped_is_planned_anew_at_the_authors_word_as_long_as_nobody_got_it(site, letter, store):
    at = NOW + timedelta(hours=1)
    orders.plan(store, letter.edition, at, NOW)
    orders.cancel(store, letter.edition)
    with pytest.raises(UsageError, match=r"`byline send .* --resume` goes on with it, and with --at plans it anew"):
        orders.plan(store, letter.edition, at, NOW)
    orders.plan(store, letter.edition, at, NOW, resume=True)
    planned = Sending(edition=letter.edition, state=SendState.SCHEDULED, due_at=at)
    assert orders.due(store, 3, at).now == (planned,)
    with store.writing() as connection:
        kept.add_reader(connection, "new@d.example", plain_text(""), plain_text(""), NOW)
    with sink() as server:
        assert sent(letter, paced(site, server, per_day=5), store, lambda: at).counts[SENT] == 5
        orders.cancel(store, letter.edition)
        with pytest.raises(UsageError, match=r"--resume` goes on with it$"):
            orders.plan(store, letter.edition, at + timedelta(days=1), NOW, resume=True)


REFUSALS = ["550 5.7.26 not authenticated", "554 5.7.1 blocked by zen.spamhaus.org", "550 5.7.1 unsolicited mail"]


@pytest.mark.parametrize("answer", REFUSALS)
def test_what_lies_with_the_sender_costs_no_reader_the_letter(answer, site, letter, store):
    is_mended = []
    with sink(lambda verb, _: answer if verb == "RCPT" and not is_mended else None) as server:
        there = paced(site, server, 1)
        with pytest.raises(SendError, match="against the sender"):
            sent(letter, there, store)
        assert DeliveryState.REFUSED not in states(store, letter)
        is_mended.append(True)
        found = sent(letter, there, store, lambda: NOW + timedelta(hours=1), resume=True)
    assert states(store, letter) == {SENT: 20}
    assert found.count(SENT) == 20


def test_a_send_that_must_wait_is_gone_on_with_by_what_runs_the_planned_ones(site, letter, store):
    with sink() as server:
        there = paced(site, server, per_day=8)
        later = sent(letter, there, store).later
        assert orders.due(store, 3, NOW + timedelta(hours=1)) == orders.Due(now=(), late=())
        found = orders.due(store, 3, later + timedelta(hours=9))
        assert [each.edition for each in found.now] == [letter.edition]
        assert found.late == ()


def test_what_may_be_on_its_way_is_not_settled_by_the_author(letter, store):
    with store.writing() as connection:
        ledger.freeze(connection, letter.edition, (), NOW)
        row = ledger.candidates(connection, letter.edition, 0, 1, NOW)[0].row
        ledger.claim(connection, {row: "<a@b.example>"}, NOW)
    with store.writing() as connection, pytest.raises(UsageError, match="may be on its way"):
        ledger.resolve_uncertain(connection, letter.edition, LATER, NOW + timedelta(minutes=9))
    with store.writing() as connection:
        assert ledger.resolve_uncertain(connection, letter.edition, LATER, NOW + timedelta(minutes=11)) == 1


# -- the command


@pytest.fixture
def told(tmp_path, capsys):
    """Run a command on a site of its own, whose mail goes to ``server`` if there is one."""
    folder = tmp_path / "site"
    make(folder, dict(_sample_files()))

    def call(*words, now="2026-11-23T07:30Z"):
        code = run(["-C", str(folder), "--now", now, *words, "--json"], environment={})
        out = capsys.readouterr()
        return SimpleNamespace(code=code, out=[json.loads(line) for line in out.out.splitlines()], err=out.err)

    return call


POST = "2026-11-16-what-had-no-name"


def test_the_command_plans_and_sends_what_is_due(told, tmp_path):
    assert told("publish").code == 0
    assert told("readers", "add", "ana@example.org", "--consent", "asked").code == 0
    planned = told("send", POST, "--at", "2026-11-23T10:00+01:00")
    assert (planned.code, planned.out[0]["at"]) == (0, "2026-11-23T09:00:00Z")
    assert told("status").out[0]["sends"][0]["state"] == "scheduled"
    assert told("send", "--due").out == [{"sent": [], "late": []}]
    late = told("send", "--due", now="2026-11-23T13:00Z")
    assert (late.code, late.out[0]) == (1, {"sent": [], "late": [POST]})
    assert told("status", now="2026-11-23T13:00Z").out[0]["sends"][0]["is_late"] is True
    due = told("send", "--due", "--to-folder", str(tmp_path / "out"), now="2026-11-23T09:01Z")
    assert due.code == 0
    assert due.out[0]["sent"] == 1
    assert due.out[1] == {"sent": [POST], "late": []}
    assert len([*(tmp_path / "out").iterdir()]) == 1
    assert told("send", "--due", now="2026-11-23T09:02Z").out == [{"sent": [], "late": []}]


def test_who_plans_is_told_what_would_keep_it_from_going(told, tmp_path):
    def notes(at, *options):
        return told("send", POST, "--at", at, *options).out[0]["notes"]

    [unbuilt] = notes("2026-11-24T10:00Z")
    assert "does not show" in unbuilt
    assert "byline publish" in unbuilt
    assert notes("2026-11-24T10:00Z", "--built-elsewhere") == []
    settings = tmp_path / "site/byline.yml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace("\npublish:\n", "\npublish:\n  built_elsewhere: true\n"), encoding="utf-8")
    assert notes("2026-11-24T10:00Z") == []
    settings.write_text(before, encoding="utf-8")
    assert told("publish").code == 0
    assert notes("2026-11-24T10:00Z") == []
    post = tmp_path / "site/content/posts" / f"{POST}.md"
    text = post.read_text(encoding="utf-8")
    post.write_text(text.replace("date: 2026-11-16", "date: 2026-11-26"), encoding="utf-8")
    [held] = notes("2026-11-25T10:00Z")
    assert "is dated 2026-11-26" in held
    assert notes("2026-11-27T10:00Z") == []
    post.write_text(text.replace("date: 2026-11-16", "date: 2026-11-16\ndraft: true"), encoding="utf-8")
    assert "says draft: true" in notes("2026-11-27T10:00Z")[0]


def test_what_is_due_is_looked_at_anew_before_each_send(told, tmp_path, monkeypatch):
    """While one is on its way, the author may think otherwise of the next."""
    asked = []
    monkeypatch.setattr(Letters, "is_due", lambda _, edition: asked.append(edition))
    assert told("publish").code == 0
    told("send", POST, "--at", "2026-11-23T10:00+01:00")
    out = told("send", "--due", "--to-folder", str(tmp_path / "out"), now="2026-11-23T09:01Z").out
    assert out == [{"sent": [], "late": []}]
    assert asked == [POST]


def test_a_rehearsal_says_that_the_send_is_stopped(told):
    assert told("publish").code == 0
    told("send", POST, "--at", "2026-11-23T10:00+01:00")
    assert not any("cancelled" in note for note in told("send", POST, "--dry-run").out[0]["notes"])
    told("send", POST, "--cancel")
    assert any("--resume" in note for note in told("send", POST, "--dry-run").out[0]["notes"])


def test_the_command_pauses_resumes_and_cancels(told, tmp_path):
    assert told("publish").code == 0
    for word in ("--pause", "--cancel"):
        assert "is not being sent" in told("send", POST, word).err
    assert told("send", POST, "--at", "2026-11-23T10:00Z").code == 0
    assert told("send", POST, "--cancel").out == [{"edition": POST, "state": "cancelled", "readers": 0}]
    assert told("readers", "add", "ana@example.org", "--consent", "asked").code == 0
    folder = str(tmp_path / "out")
    refused = told("send", POST, "--to-folder", folder)
    assert (refused.code, "is cancelled" in refused.err) == (1, True)
    assert told("send", POST, "--to-folder", folder, "--resume").code == 0


@pytest.mark.parametrize("words", [(), (POST, "--due")])
def test_the_command_wants_a_post_or_what_is_due(told, words):
    assert told("send", *words).code == 2


def test_a_time_that_is_none_is_told(told):
    assert "--at tomorrow is no time; write it as" in told("send", POST, "--at", "tomorrow").err
