// Writing: one text, its file, its findings and its sources.

import { listen } from "./assist.js";
import { showBoth } from "./both.js";
import { goToLine, isHeld, lineOfCaret, placeTyped, replace, text, waitingLine } from "./caret.js";
import { showFindings } from "./findings.js";
import { forget, keep, kept } from "./kept.js";
import { Preview } from "./preview.js";
import { showSources } from "./sources.js";
import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const { name, path } = document.querySelector("main").dataset;
const IDLE = 1500; // milliseconds without a key after which the file is saved
const LOOK = 2000; // so often the file is looked at
const CALM = 120; // the checks let a fast typist finish the word

let saved = ""; // what the file holds as far as we know
let mark = ""; // by which the file is known again
let since = 0; // when the text was last typed in
let gone = false;
let isUnheard = false; // whether the desk did not hear of the last words to be saved
let saving = null;
let idle, checking;

const preview = new Preview(() => {
  const given = { name, text: text.value, since, place: since ? placeTyped() : null };
  since = 0;
  return given;
});
const isDirty = () => text.value !== saved;

// -- the file

/** Show how far the text is in its file, and have the browser keep what is not. */
function state(words) {
  if (!isDirty()) forget(path, saved);
  else if (!gone) keep(path, text.value, mark); // where there is no draft any more, its words may be published
  $("saved").textContent = words || (isDirty() ? "Not saved yet" : "Saved");
  $("saved").dataset.dirty = String(isDirty());
}

async function load() {
  const answer = await ask("/load", { name });
  if (answer.error) return warn(answer.error);
  const before = kept(path);
  take(answer);
  if (before && before.text !== saved) return offer(before, answer);
  if (document.activeElement === document.body) goToLine(waitingLine(), { preventScroll: true });
}

/** Words that another run of the page or the desk did not save. */
function offer({ text: words, mark: based }, answer) {
  text.value = words;
  mark = based;
  clash(answer, based === answer.mark ? "unsaved" : "changed");
}

function take(answer) {
  [saved, mark] = [answer.text, answer.mark];
  const at = text.selectionStart;
  text.value = answer.text;
  text.disabled = false;
  text.setSelectionRange(at, at);
  changed();
}

/** Save what is on the page; gives whether the file holds it now. */
async function save() {
  clearTimeout(idle);
  while (saving) await saving; // of two that wait, one may have begun to save again
  if (text.disabled || $("conflict").open) return false;
  if (!isDirty()) return true;
  saving = sendText();
  try {
    return await saving;
  } finally {
    saving = null;
  }
}

/** Do what changes the file itself. Nothing can be typed meanwhile, as it would be in no file afterwards. */
async function held(work) {
  await loaded;
  if (text.disabled || isHeld()) return;
  text.readOnly = true;
  try {
    await work();
  } finally {
    text.readOnly = false;
  }
}

async function sendText() {
  const sent = text.value;
  state("Saving …");
  const answer = await ask("/save", { name, text: sent, mark });
  isUnheard = [0, 403].includes(answer.status);
  const isThere = answer.text === sent; // it was heard the last time, though no answer came
  if (answer.status === 409 && !isThere) {
    clash(answer);
    return false;
  }
  if (answer.error && !isThere) {
    state();
    warn(answer.error);
    return false;
  }
  [saved, mark] = [sent, answer.mark];
  warn("");
  state();
  return true;
}

/** Whether the file is being changed from here, or can be no more: then what it holds is no news. */
const isBusy = () => Boolean(saving) || text.disabled || isHeld() || $("conflict").open;

async function look() {
  if (document.hidden || isBusy()) return;
  const answer = await ask("/look", { name });
  if (answer.error || isBusy()) return;
  if (answer.mark === mark) return isUnheard && save(); // it hears again
  if (!answer.mark) return leave("The file is no draft any more: it was published, renamed or taken away.");
  const found = await ask("/load", { name });
  if (found.error || isBusy() || found.mark === mark) return;
  isUnheard = false;
  const isThere = found.text === text.value;
  if (isDirty() && !isThere) return clash(found);
  take(found);
  if (isThere) return warn("");
  tell("The file was changed outside of the desk. This is what it holds now.");
}

/** Show what is here beside what the file holds, `why` they are two: that it was changed, or this never saved. */
function clash(found, why = "changed") {
  state(why === "changed" ? "Changed outside, not saved" : "Not saved yet");
  for (const words of document.querySelectorAll("[data-why]")) words.hidden = words.dataset.why !== why;
  $("mine").value = text.value;
  $("theirs").value = found.text;
  $("conflict").returnValue = "";
  mark = found.mark;
  saved = found.text;
  if (!$("conflict").open) $("conflict").showModal();
  showBoth();
}

function settle(chosen) {
  $("conflict").close();
  text.value = chosen;
  changed();
  save();
}

/** Follow a link, once what was typed is in the file. */
async function follow(address) {
  while (isDirty()) if (!(await save())) return;
  location.assign(address);
}

function leave(words) {
  gone = true;
  text.disabled = true;
  state("Not here any more");
  warn(words);
}

async function publish() {
  if (!(await save())) return;
  const answer = await ask("/publish", { name, mark });
  if (answer.status === 409) return clash(answer);
  if (answer.error) return warn(answer.error);
  showFindings(answer.findings);
  if (answer.post) return published(answer);
  warn("It is not ready: see the findings.");
  $("found").querySelector("button")?.focus();
}

/** The draft is a post now: nothing can be done here any more, so the page says where it goes on. */
function published(answer) {
  gone = true;
  clearTimeout(checking);
  preview.stop();
  text.disabled = true;
  for (const over of document.querySelectorAll("[data-until-published]")) over.hidden = true;
  for (const sentence of document.querySelectorAll(".sentence")) sentence.disabled = true;
  $("place").textContent = answer.post;
  document.title = document.title.replace(name, answer.post);
  $("next").replaceChildren(...answer.next.flatMap(([what, command]) => [`${what}: `, made("code", {}, command), ". "]));
  $("after").hidden = false;
  $("after").focus();
  warn("");
  state(`Published as ${answer.post}`);
  tell("Moved to the posts.");
}

async function approve() {
  if (!(await save())) return;
  const answer = await ask("/approve", { name, mark });
  if (answer.status === 409) return clash(answer);
  if (answer.error) return warn(answer.error);
  warn("");
  take(answer);
  tell(`Approved by ${answer.by}, as it stands.`);
}

async function test() {
  $("testing").close();
  await loaded;
  tell("Sending …");
  const answer = await ask("/test", { name, text: text.value });
  if (answer.error) return warn(answer.error);
  warn("");
  tell(`Sent to ${answer.to}.`);
}

async function testFiles() {
  $("testing").close();
  await loaded;
  const answer = await ask("/test-files", { name, text: text.value });
  if (answer.error) return warn(answer.error);
  warn("");
  tell(`Written: ${answer.files.join(", ")}`);
}

// -- what is typed

function changed() {
  state();
  clearTimeout(idle);
  clearTimeout(checking);
  if (isDirty()) idle = setTimeout(save, IDLE);
  checking = setTimeout(check, CALM);
  preview.show();
}

text.addEventListener("input", (event) => {
  since = event.timeStamp;
  changed();
});

// -- findings

async function check() {
  const now = text.value;
  const [found, told] = await Promise.all([ask("/check", { name, text: now }), ask("/sources", { name, text: now })]);
  if (now !== text.value || gone) return;
  if (found.findings) showFindings(found.findings, found.approved);
  if (told.sources) showSources(told.sources, now.split("\n").length);
}

const loaded = load();
listen(() => ({ name, text: text.value, line: lineOfCaret() }), replace);

// -- buttons and keys

$("save").addEventListener("click", async () => (await save()) && tell("Saved."));
$("publish").addEventListener("click", () => held(publish));
$("approve")?.addEventListener("click", () => held(approve));
$("test").addEventListener("click", () => $("testing").showModal());
$("do-test").addEventListener("click", test);
$("do-test-files").addEventListener("click", testFiles);
for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());
$("keep-mine").addEventListener("click", () => settle($("mine").value));
$("take-theirs").addEventListener("click", () => settle($("theirs").value));
$("mine").addEventListener("input", () => keep(path, $("mine").value, mark));
$("conflict").addEventListener("cancel", (event) => event.preventDefault()); // a choice is needed
document.addEventListener("keydown", async (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    if (await save()) tell("Saved.");
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isElsewhere = !link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (isElsewhere || link.getAttribute("href").startsWith("#") || gone || !isDirty()) return;
  event.preventDefault();
  follow(link.href);
});
addEventListener("beforeunload", (event) => {
  if (!gone && isDirty()) event.preventDefault();
});
setInterval(look, LOOK);
