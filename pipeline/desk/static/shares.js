// Shares: texts that are counted by the desk as they are typed, kept in their file, copied, or posted after a yes.

import { copy, did, failed, next } from "./acts.js";
import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const post = $("main").dataset.post;
const IDLE = 500; // milliseconds without a key after which a text is kept
const parts = [...document.querySelectorAll(".share")];
const typing = new Map();
const unkept = new Set(); // the channels whose text is in no file yet
const turns = new Map(); // the turn in which each text was measured last: an answer about an earlier one is old news
let mark = "";
let confirming = null;

const of = (part, what) => part.querySelector(what);
const channel = (part) => part.dataset.channel;
const text = (part) => of(part, "textarea").value;
const inWords = ({ used, most, unit, over }) => `${used} of ${most} ${unit}${over ? `, ${over} too many` : ""}`;

/** Show how long a text is, what is seen of it first, and what keeps it from being posted. */
function show(part, told) {
  const length = of(part, ".length");
  length.textContent = told.measures.map(inWords).join("; ");
  length.classList.toggle("length--over", told.measures.some((each) => each.over));
  const seen = of(part, ".seen__text");
  if (seen) {
    seen.querySelector("mark").textContent = told.first;
    seen.querySelector(".quiet").textContent = text(part).slice(told.first.length);
  }
  of(part, "[data-post-it]").disabled = Boolean(told.hindrance);
  const isCut = told.hindrance.includes("--forget");
  of(part, "[data-forget]").hidden = !isCut;
  const cut = "It was cut off while it was posted. Look whether it is there: give its address, or say that it is not.";
  of(part, ".share__hindrance").textContent = told.url ? "" : isCut ? cut : told.hindrance;
  is(part, told.url);
}

/** Show where the post is at a channel. */
function is(part, url) {
  const link = url && made("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);
  of(part, ".share__is").replaceChildren(...(url ? ["It is at ", link] : []));
}

async function measure(part) {
  const turn = (turns.get(part) || 0) + 1;
  turns.set(part, turn);
  const answer = await ask("/share/measure", { post, channel: channel(part), text: text(part) });
  if (turns.get(part) === turn && !failed(answer)) show(part, answer);
}

/** Keep a text in the file; gives whether it is there. */
function keep(part) {
  clearTimeout(typing.get(part));
  return next(async () => {
    if (!unkept.delete(part)) return true;
    const answer = await ask("/share/keep", { post, channel: channel(part), text: text(part), mark });
    if (answer.status === 409) return changed(answer, part);
    if (failed(answer)) return unkept.add(part), said(), false;
    mark = answer.mark;
    said();
    return true;
  });
}

/** The file was changed elsewhere: what is typed here stays on the page, and goes over that if it is kept again. */
function changed(answer, part) {
  mark = answer.mark;
  unkept.add(part);
  said();
  warn(`${answer.error}. What you have here is not kept: load the page again to see the file, or type on to keep this.`);
  return false;
}

const said = () => ($("kept").textContent = unkept.size ? "Not kept yet." : "Kept.");

async function load() {
  const answer = await ask("/share/texts", { post });
  if (failed(answer)) return;
  mark = answer.mark;
  $("file").textContent = answer.file;
  for (const told of answer.texts) {
    const part = parts.find((each) => channel(each) === told.channel);
    put(part, told);
  }
  said();
}

function put(part, told) {
  const box = of(part, "textarea");
  [box.value, box.disabled] = [told.text, false];
  show(part, told);
}

function typed(part) {
  unkept.add(part);
  said();
  measure(part);
  clearTimeout(typing.get(part));
  typing.set(part, setTimeout(() => keep(part), IDLE));
}

async function anew(part) {
  const before = text(part);
  if (!(await keep(part))) return;
  const answer = await ask("/share/anew", { post, channel: channel(part) });
  if (failed(answer)) return;
  mark = answer.mark;
  put(part, answer);
  tell("Written anew by your template.");
  did(async () => {
    of(part, "textarea").value = before;
    typed(part);
    return "Your words stand again.";
  });
}

// -- posting, and where it is

async function confirm(part) {
  if (!(await keep(part))) return;
  confirming = { part, text: text(part) };
  $("posting-where").textContent = of(part, "h2").textContent;
  $("posting-text").textContent = confirming.text;
  $("posting").showModal();
}

async function send() {
  const { part, text: words } = confirming;
  $("posting").close();
  of(part, "[data-post-it]").disabled = true;
  tell("Posting …");
  const answer = await next(() => ask("/share/post", { post, channel: channel(part), text: words, mark }));
  await measure(part); // it tells where the post is, or what keeps it
  if (!failed(answer)) tell(`Posted: ${answer.url}`);
}

async function note(part) {
  const box = of(part, ".share__at input");
  if (!box.value.trim()) return box.focus();
  const answer = await next(() => ask("/share/at", { post, channel: channel(part), address: box.value.trim() }));
  if (failed(answer)) return;
  box.value = "";
  await measure(part);
  tell(`Noted in the post: ${answer.url}`);
  did(async () => {
    if (failed(await ask("/share/not-at", { post, channel: channel(part), address: answer.url }))) return "";
    await measure(part);
    return "The address is in the post no more.";
  });
}

async function forget(part) {
  if (failed(await next(() => ask("/share/forget", { post, channel: channel(part) })))) return;
  await measure(part);
  tell("It counts as not posted.");
}

for (const part of parts) {
  of(part, "textarea").addEventListener("input", () => typed(part));
  of(part, "[data-copy]").addEventListener("click", () => copy(text(part), "The text"));
  of(part, "[data-post-it]").addEventListener("click", () => confirm(part));
  of(part, "[data-anew]").addEventListener("click", () => anew(part));
  of(part, "[data-at]").addEventListener("click", () => note(part));
  of(part, "[data-forget]").addEventListener("click", () => forget(part));
  of(part, ".share__at input").addEventListener("keydown", (event) => event.key === "Enter" && note(part));
}
$("do-post").addEventListener("click", send);
$("copy-alt").addEventListener("click", () => copy($("alt").value, "The alt text"));
addEventListener("beforeunload", (event) => {
  if (unkept.size) event.preventDefault();
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest('a[href^="/"]:not([target])');
  if (!link || !unkept.size) return;
  event.preventDefault();
  const kept = await Promise.all([...unkept].map(keep));
  if (kept.every(Boolean)) location.assign(link.href);
});
load();
