// People: touches, snoozes and "leave alone" by key and by button, and a search; on the list, and on the page of one.

import { did, failed, next, undo, useKeys } from "./acts.js";
import { ask, fetched, made, tell } from "./talk.js";

const $ = (id) => document.getElementById(id);
const every = () => [...document.querySelectorAll(".person")];
const DONE = { met: "you met", call: "you called", message: "you wrote", reply: "an answer" };
const SOON = 150; // milliseconds without a key after which is searched

const current = () => document.activeElement?.closest?.(".person") || every().find((one) => one.tabIndex === 0) || every()[0];
const numberOf = (person) => Number(person.dataset.person);
const nameOf = (person) => person.querySelector("h1, h3").textContent.trim();

function goTo(person) {
  if (!person) return;
  for (const other of every()) other.tabIndex = other === person ? 0 : -1;
  person.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  person.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function step(by) {
  const [people, isThere] = [every(), document.activeElement?.closest?.(".person")];
  const at = people.indexOf(current());
  goTo(people[isThere ? Math.min(Math.max(at + by, 0), people.length - 1) : Math.max(at, 0)]);
}

/** Say on a card what was noted of the person. */
function note(person, words) {
  const said = person.querySelector(".said");
  said.textContent = words;
  said.hidden = !words;
  tell(words ? `${nameOf(person)}: ${words}` : nameOf(person));
}

// -- a touch

function touch(person, kind, more = {}) {
  return next(async () => {
    const answer = await ask("/touch", { person: numberOf(person), kind, ...more });
    if (failed(answer)) return;
    const line = listed(answer);
    note(person, `Logged: ${DONE[kind] || kind}, ${answer.day}.`);
    did(() => untouch(person, kind, answer, line));
  });
}

/** Show a touch among those of the person whose page it is. */
function listed({ kind, day, about }) {
  const list = document.querySelector(".touches");
  if (!list) return null;
  const line = made("li", {}, made("span", { class: "whole" }, day), ` ${kind}${about ? `: ${about}` : ""}`);
  list.prepend(line);
  $("no-touch").hidden = true;
  return line;
}

async function untouch(person, kind, { at, day }, line) {
  if (failed(await ask("/untouch", { person: numberOf(person), kind, at }))) return "";
  line?.remove();
  note(person, "");
  return `${nameOf(person)}: nothing is logged of ${day}.`;
}

// -- a snooze

const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
const press = (person, what, on) => {
  person.querySelector(`[${what}]`).setAttribute("aria-pressed", String(on));
  person.classList.toggle("person--away", Boolean(person.querySelector('[aria-pressed="true"]')));
};

function snooze(person) {
  return next(async () => {
    const on = !isPressed(person.querySelector("[data-snooze]"));
    const answer = await ask("/snooze", { person: numberOf(person), days: on ? 30 : null });
    if (failed(answer)) return;
    press(person, "data-snooze", on);
    note(person, on ? `It is not their turn before ${answer.until}.` : "Snoozed no more.");
    did(() => unsnooze(person, answer.was, !on));
  });
}

async function unsnooze(person, until, on) {
  if (failed(await ask("/snooze", { person: numberOf(person), until }))) return "";
  press(person, "data-snooze", on);
  note(person, "");
  return `${nameOf(person)}: ${on ? `not before ${until}.` : "snoozed no more."}`;
}

// -- leaving alone

function leave(person) {
  return next(async () => {
    const on = !isPressed(person.querySelector("[data-leave-alone]"));
    if (failed(await ask("/leave-alone", { person: numberOf(person), leave: on }))) return;
    press(person, "data-leave-alone", on);
    note(person, on ? "It is never their turn again." : "It can be their turn again.");
    did(() => unleave(person, !on));
  });
}

async function unleave(person, on) {
  if (failed(await ask("/leave-alone", { person: numberOf(person), leave: on }))) return "";
  press(person, "data-leave-alone", on);
  note(person, "");
  return `${nameOf(person)}: ${on ? "left alone." : "it can be their turn again."}`;
}

// -- notes that wait

function putAway(button) {
  return next(async () => {
    const [item, heading] = [button.closest("li"), button.textContent];
    const note = await ask("/note/away", { note: Number(button.dataset.away) });
    if (failed(note)) return;
    item.hidden = true;
    $("whom").closest("section").querySelector(".person")?.focus();
    tell(heading);
    did(async () => {
      const { person, kind, about, subject, text } = note;
      const answer = await ask("/note/back", { person, kind, about, subject, text });
      if (failed(answer)) return "";
      button.dataset.away = answer.note;
      item.querySelector("a").href = `/people/${note.person}/note?note=${answer.note}`;
      item.hidden = false;
      return "The note waits again.";
    });
  });
}

// -- a search

let typing;
async function search() {
  const words = $("words").value;
  const found = await fetched(`/people/found?${new URLSearchParams({ q: words })}`);
  const list = found?.getElementById("found");
  if (list && words === $("words").value) $("found").replaceWith(document.adoptNode(list));
}

$("words")?.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(search, SOON);
});
$("words")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter") document.querySelector("#found a")?.click();
});

// -- by button, and by key

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const person = button?.closest(".person");
  if (button?.dataset.away) putAway(button);
  if (!person) return;
  if (button.dataset.touch) touch(person, button.dataset.touch, button.dataset.on ? { on: button.dataset.on } : {});
  else if ("snooze" in button.dataset) snooze(person);
  else if ("leaveAlone" in button.dataset) leave(person);
});
document.addEventListener("focusin", (event) => {
  const person = event.target.closest(".card.person");
  if (person) for (const other of every()) other.tabIndex = other === person ? 0 : -1;
});
$("log-it")?.addEventListener("click", async () => {
  await touch(current(), $("kind").value, { about: $("about").value, on: $("on").value || null });
  $("about").value = "";
});

const of = (act) => () => current() && act(current());
useKeys({
  j: () => step(1),
  k: () => step(-1),
  n: of((person) => person.querySelector("[data-note]")?.click()),
  c: of((person) => touch(person, "call")),
  m: of((person) => touch(person, "met")),
  w: of((person) => touch(person, "message")),
  z: of(snooze),
  x: of(leave),
  o: of((person) => person.querySelector("h3 a")?.click()),
  "/": () => $("words")?.focus(),
  u: undo,
});
