"""Several who send one edition at once, of whom any may be stopped, end or die: what one does not do is found again."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

import sending
from pipeline.cli import run
from pipeline.cli.init import _sample_files, make
from pipeline.errors import SendError, UsageError
from pipeline.html import plain_text
from pipeline.model import DeliveryState, SendState, Settled
from pipeline.send import lineman, orders
from pipeline.send.clerk import shares
from pipeline.send.interrupted import Stopping
from pipeline.send.lineman import Lineman
from pipeline.send.moulds import Moulds
from pipeline.send.pace import Pace
from pipeline.settings.sending import PaceSettings
from pipeline.store import Store
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept
from pipeline.store.remaining import reach, remaining
from pipeline.store.schema import deliveries
from pipeline.store.schema import sends as books
from sending import CLAIMED, LATER, NOW, SENT, filled, here, sent, sink, state_of, states

MINUTE = timedelta(minutes=1)
WAITING, EXCLUDED = DeliveryState.WAITING, DeliveryState.EXCLUDED


site, letter, store = sending.site, sending.letter, sending.store


def claimed_by_another(store, letter, at=NOW):
    """One delivery that another hand has at this moment: its row."""
    with store.writing() as connection:
        ledger.freeze(connection, letter.edition, (), at)
        row = ledger.candidates(connection, letter.edition, 0, 1, at)[0].row
        assert ledger.claim(connection, {row: "<x@y>"}, at, "smtp")
    return row


def due(store, at):
    return [each.edition for each in orders.due(store, 3, at).now]


def stopped_after(letter, there, store, many, at=NOW):
    """Send, and be told to end once so many have it."""
    stopping, told = Stopping(), []

    def tell(delivery):
        told.append(delivery)
        if len(told) == many:
            stopping.want()

    return sent(letter, there, store, lambda: at, tell, heeding=stopping.heeding)


# -- the books


def test_a_planned_send_that_is_told_to_end_stays_due(site, letter, store):
    orders.plan(store, letter.edition, NOW + MINUTE, NOW)
    with sink() as server:
        first = stopped_after(letter, here(site, server.server_address[1], 1), store, 5, NOW + 2 * MINUTE)
        assert 5 <= first.count(SENT) < 20
        assert due(store, NOW + 2 * MINUTE) == [letter.edition]
        sent(letter, here(site, server.server_address[1]), store, lambda: NOW + 2 * MINUTE)
    assert due(store, NOW + 999 * MINUTE) == []
    assert (state_of(store, letter).state, states(store, letter)) == (SendState.DONE, {SENT: 20})


def test_a_send_that_the_author_began_by_hand_and_ended_does_not_go_on_by_itself(site, letter, store):
    with sink() as server:
        stopped_after(letter, here(site, server.server_address[1], 1), store, 5)
    assert state_of(store, letter).state == SendState.RUNNING
    assert due(store, NOW + 999 * MINUTE) == []


def test_one_that_another_hand_has_is_found_again_if_that_dies(site, letter, store):
    row = claimed_by_another(store, letter)
    with sink() as server:
        there = here(site, server.server_address[1])
        assert sent(letter, there, store).counts == {SENT: 19}
        assert state_of(store, letter).state == SendState.RUNNING
        with store.writing() as connection:  # the other is told to come again later, notes that, and dies
            put_off = Settled(row=row, state=LATER, answer=plain_text("451 later"))
            ledger.settle(connection, [put_off], NOW, {row: NOW + 5 * MINUTE})
        assert due(store, NOW + 11 * MINUTE) == [letter.edition]
        assert sent(letter, there, store, lambda: NOW + MINUTE).counts == {}
        assert due(store, NOW + 4 * MINUTE) == []
        assert due(store, NOW + 5 * MINUTE) == [letter.edition]
        assert sent(letter, there, store, lambda: NOW + 5 * MINUTE).counts == {SENT: 1}
    assert state_of(store, letter).state == SendState.DONE


def test_books_that_nobody_closed_are_closed_by_who_finds_nothing_to_do(site, letter, store):
    """One died with a letter on its line; nobody knows for ten minutes whether it lives."""
    orders.plan(store, letter.edition, NOW + MINUTE, NOW)
    claimed_by_another(store, letter, NOW + MINUTE)
    with sink() as server:
        there = here(site, server.server_address[1])
        found = sent(letter, there, store, lambda: NOW + MINUTE)
        assert (found.counts, found.uncertain) == ({SENT: 19}, 1)
        assert due(store, NOW + 10 * MINUTE) == []
        assert due(store, NOW + 11 * MINUTE) == [letter.edition]
        assert sent(letter, there, store, lambda: NOW + 12 * MINUTE).uncertain == 1
    assert state_of(store, letter).state == SendState.DONE
    assert states(store, letter) == {SENT: 19, CLAIMED: 1}


YEAR = timedelta(days=365)


def test_what_a_clock_that_was_a_year_ahead_wrote_down_holds_up_nobody(site, letter, store):
    row = claimed_by_another(store, letter, NOW + YEAR)
    with store.writing() as connection:
        one, two, three = ledger.candidates(connection, letter.edition, 0, 3, NOW)
        later = deliveries.update().where(deliveries.c.id.in_((one.row, two.row, three.row)))
        connection.execute(later.values(state="later", not_before=NOW + YEAR))
        connection.execute(later.where(deliveries.c.id == two.row).values(not_before=NOW + timedelta(days=2)))
        connection.execute(books.update().values(due_at=NOW + YEAR))
        assert ledger.next_try(connection, letter.edition, NOW) == NOW
        assert ledger.count_uncertain(connection, NOW) == 1
        left = remaining(connection, letter.edition, NOW)
        assert (left.waiting, left.put_off, left.on_its_way) == (16, NOW, None)
    assert due(store, NOW) == [letter.edition]
    with sink() as server:
        found = sent(letter, here(site, server.server_address[1]), store)
    assert (found.counts, found.uncertain) == ({SENT: 18}, 1)
    assert states(store, letter) == {SENT: 18, LATER: 1, CLAIMED: 1}  # who is put off by two days might well be
    assert due(store, NOW) == []
    assert due(store, NOW + timedelta(days=2)) == [letter.edition]
    with pytest.raises(UsageError, match="--pause"), store.writing() as connection:  # or is it ours that is behind?
        ledger.resolve_uncertain(connection, letter.edition, DeliveryState.WAITING, NOW)
    orders.pause(store, letter.edition)
    with store.writing() as connection:
        assert ledger.resolve_uncertain(connection, letter.edition, DeliveryState.WAITING, NOW) == 1
        [again] = ledger.candidates(connection, letter.edition, 0, 9, NOW)
        assert again.row == row


def test_an_edition_that_the_author_planned_a_year_ahead_waits_for_that_day(letter, store):
    orders.plan(store, letter.edition, NOW + YEAR, NOW)
    assert due(store, NOW) == []
    assert due(store, NOW + YEAR) == [letter.edition]


def test_a_hand_that_wakes_when_all_is_done_changes_nothing(site, letter, store):
    with sink() as server:
        there = here(site, server.server_address[1])
        woken = []

        def tell(_delivery):
            if not woken:  # all others are sent by somebody else meanwhile
                woken.append(sent(letter, there, store))

        stopped = sent(letter, there, store, tell=tell)
    assert stopped.count(SENT) + woken[0].count(SENT) == 20 == len({*server.got})
    assert state_of(store, letter).state == SendState.DONE


def test_one_that_was_cut_off_before_the_answer_is_on_its_way_no_more(site, letter, store):
    hang_up = iter(["hang up"])
    with sink(lambda verb, _: next(hang_up, None) if verb == "." else None) as server:
        found = sent(letter, here(site, server.server_address[1], 1), store)
    assert (found.counts, found.uncertain) == ({SENT: 19, CLAIMED: 1}, 1)
    assert state_of(store, letter).state == SendState.DONE
    with store.writing() as connection:
        assert ledger.resolve_uncertain(connection, letter.edition, LATER, NOW) == 1


# -- claims


def given_up_and_woken(letter, site, stores, server_of, events, monkeypatch):
    """A run is stopped amid a hand-over; after eleven minutes it is given up, another sends it, and the first wakes."""
    (store, other), (stopped, woken) = stores, events
    clock, found = lambda: datetime.now(UTC), []
    with server_of as server:
        there = here(site, server.server_address[1])
        thread = threading.Thread(target=lambda: found.append(sent(letter, there, other, clock)))
        thread.start()
        assert stopped.wait(20)
        with store.writing() as connection:
            assert ledger.resolve_uncertain(connection, letter.edition, LATER, clock() + 11 * MINUTE) == 1
        assert sent(letter, there, store, clock).counts == {SENT: 1}
        monkeypatch.setattr(lineman, "FRESH", -1.0)
        woken.set()
        thread.join(20)
    other.close()
    assert server.got == ["r0@d0.example"]
    assert found[0].counts == {}


def test_who_was_stopped_between_claim_and_hand_over_sends_nothing_when_woken(site, letter, store_url, monkeypatch):
    """After eleven minutes the author gave it up, and it was sent; then it wakes."""
    store, other = filled(store_url, 1), Store(store_url)
    stopped, woken, first = threading.Event(), threading.Event(), []
    hand_over = Lineman._handed_over

    def stop_once(*given):
        if not first:
            first.append(given)
            stopped.set()
            woken.wait(20)
        return hand_over(*given)

    monkeypatch.setattr(Lineman, "_handed_over", stop_once)
    given_up_and_woken(letter, site, (store, other), sink(), (stopped, woken), monkeypatch)
    assert (states(store, letter), state_of(store, letter).state) == ({SENT: 1}, SendState.DONE)
    store.close()


@pytest.mark.parametrize("how", ["hang up", "354 go on"], ids=["cut off", "goes on"])
def test_who_was_stopped_amid_a_hand_over_hands_nothing_over_when_woken(site, letter, store_url, monkeypatch, how):
    """The server waits before it says that the text may come, or ends the connection, so that another is opened."""
    store, other = filled(store_url, 1), Store(store_url)
    stopped, woken, first = threading.Event(), threading.Event(), []

    def stop_once(verb, _recipient):
        if verb != "DATA" or first:
            return None
        first.append(verb)
        stopped.set()
        woken.wait(20)
        return how

    given_up_and_woken(letter, site, (store, other), sink(stop_once, pipelining=False), (stopped, woken), monkeypatch)
    assert states(store, letter) == {SENT: 1}
    store.close()


def test_a_server_that_is_always_too_slow_ends_the_send_and_leaves_nobody_uncertain(site, letter, store, monkeypatch):
    monkeypatch.setattr(lineman, "FRESH", -1.0)
    with sink() as server, pytest.raises(SendError, match="3 times in a row before it would have taken a text"):
        sent(letter, here(site, server.server_address[1], 1), store)
    assert server.got == []
    assert set(states(store, letter)) <= {WAITING, LATER}


def test_a_claim_that_is_let_go_is_ones_own(letter, store):
    row = claimed_by_another(store, letter)
    with store.writing() as connection:
        ledger.leave(connection, {row: (WAITING, NOW - MINUTE)}, NOW)
    assert states(store, letter)[CLAIMED] == 1
    with store.writing() as connection:
        ledger.leave(connection, {row: (WAITING, NOW)}, NOW)
    assert states(store, letter) == {WAITING: 20}


# -- shares


@pytest.mark.parametrize("hands", [1, 2, 3, 4])
def test_each_hand_begins_with_its_own_and_comes_to_all(letter, store, hands):
    with store.writing() as connection:
        ledger.freeze(connection, letter.edition, (), NOW)
    own, every = [], []
    for hand in range(hands):
        gone_through = []
        for share in shares(hand, hands):
            last = 0
            with store.reading() as connection:
                while page := ledger.candidates(connection, letter.edition, last, 3, NOW, share):
                    gone_through += [each.row for each in page]
                    last = page[-1].row
            own += gone_through if share.hand == hand else []
        every.append(sorted(gone_through))
    assert len({*own}) == len(own) == 20
    assert every == [sorted(own)] * hands


def test_hands_that_send_at_once_do_not_make_the_same_letters(site, letter, store_url, monkeypatch):
    stores = [filled(store_url, 300), Store(store_url), Store(store_url)]
    made, make_out = Counter(), Moulds.message

    def counted(self, reader, now):
        made[reader.email] += 1
        return make_out(self, reader, now)

    monkeypatch.setattr(Moulds, "message", counted)
    with sink() as server:
        there = here(site, server.server_address[1], 2)
        threads = [
            threading.Thread(target=sent, args=(letter, there, own), kwargs={"hand": hand, "hands": 3})
            for hand, own in enumerate(stores)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert len({*server.got}) == len(server.got) == 300
    assert made.total() < 450  # it was 900
    assert states(stores[0], letter) == {SENT: 300}
    for each in stores:
        each.close()


def test_to_how_many_an_edition_goes_stays_the_same_while_it_is_sent(site, letter, store):
    with store.writing() as connection:
        away = kept.readers_in(connection)[0]
        kept.mark_left(connection, away.id, NOW)
        ledger.freeze(connection, letter.edition, (), NOW)
        assert reach(connection, letter.edition) == 19
    with sink(lambda verb, to: "450 later" if verb == "RCPT" and to[1] in "23" else None) as server:
        gone = []

        def tell(_delivery):
            if not gone:
                with store.writing() as connection:
                    for each in kept.readers_in(connection)[-3:]:
                        gone.append(each)
                        kept.mark_left(connection, each.id, NOW)

        there = here(site, server.server_address[1], 1)
        sent(letter, there, store, tell=tell)
    assert states(store, letter)[EXCLUDED] > 1
    with store.reading() as connection:
        assert reach(connection, letter.edition) == 19


# -- the pace


def test_what_one_hand_is_asked_for_all_hear(store):
    a, b = Pace("x.example", PaceSettings()), Pace("x.example", PaceSettings())
    big, other = (kept_reader(store, number) for number in (0, 1))
    with store.writing() as connection:
        a.learn(connection, NOW)
        b.learn(connection, NOW)
    a.rest(big.domain, NOW)
    with store.writing() as connection:
        assert a.take(connection, {1: big, 2: other}, NOW) == {2}
        assert b.take(connection, {3: big, 4: other}, NOW) == {4}
    assert b.free(big, NOW).at == NOW + 5 * MINUTE
    a.slow_down(timedelta(seconds=45), NOW)
    with store.writing() as connection:
        assert a.take(connection, {2: other}, NOW) == set()
        assert b.take(connection, {4: other}, NOW) == set()
        assert b.ready(NOW).at == NOW + timedelta(seconds=45)
        assert b.take(connection, {4: other}, NOW + MINUTE) == {4}
    a.took(big.domain, NOW + 6 * MINUTE)
    with store.writing() as connection:
        a.take(connection, {}, NOW + 6 * MINUTE)
        assert b.take(connection, {3: big}, NOW + 6 * MINUTE) == {3}
    b.rest(big.domain, NOW + 6 * MINUTE)
    assert b.free(big, NOW + 6 * MINUTE).at == NOW + 11 * MINUTE, "as at first: it took one since"


def kept_reader(store, number):
    with store.reading() as connection:
        return kept.readers_in(connection)[number]


# -- what the author is told


def test_a_send_says_what_an_earlier_one_left_uncertain(tmp_path, capsys, online):
    folder, post = tmp_path / "site", "2026-11-16-what-had-no-name"
    make(folder, dict(_sample_files()))
    online(folder)

    def told(*words):
        code = run(["-C", str(folder), *words], environment={})
        return code, capsys.readouterr().out

    for name in ("ana", "bea"):
        told("readers", "add", f"{name}@a.example", "--consent", "asked")
    store = Store(folder / ".byline/byline.db")
    with store.writing() as connection:  # it was killed
        ledger.freeze(connection, post, (), NOW)
        connection.execute(deliveries.update().values(state="claimed", claimed_at=NOW).where(deliveries.c.id == 1))
    words = ("send", post, "--built-elsewhere", "--yes", "--to-folder", str(tmp_path / "out"))
    code, said = told(*words)
    assert code == 1
    assert "was sent to 1 reader; 1 left out" in said
    assert "1 delivery is uncertain: cut off before the answer" in said
    assert f"`byline send {post} --uncertain sent`" in said
    code, said = told(*words, "--json")
    assert (code, json.loads(said)["uncertain"]) == (1, 1)
    assert told("send", post, "--uncertain", "sent")[0] == 0
    assert told(*words)[0] == 0
    with store.reading() as connection:
        assert connection.scalar(books.select().with_only_columns(books.c.state)) == "done"
    store.close()
