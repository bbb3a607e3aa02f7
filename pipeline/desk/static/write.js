// Writing: one text, its file, its findings and its sources.

import { listen } from "./assist.js";
import { Preview } from "./preview.js";
import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const name = document.querySelector("main").dataset.name;
const text = $("text");
const IDLE = 1500; // milliseconds without a key after which the file is saved
const LOOK = 2000; // so often the file is looked at
const CALM = 120; // the checks let a fast typist finish the word

let saved = ""; // what the file holds as far as we know
let mark = ""; // by which the file is known again
let since = 0; // when the text was last typed in
let gone = false;
let saving = null;
let idle, checking;

const preview = new Preview(() => {
  const given = { name, text: text.value, since };
  since = 0;
  return given;
});
const isDirty = () => text.value !== saved;

// -- the file

function state(words) {
  $("saved").textContent = words || (isDirty() ? "Not saved yet" : "Saved");
  $("saved").dataset.dirty = String(isDirty());
}

async function load() {
  const answer = await ask("/load", { name });
  if (answer.error) return warn(answer.error);
  take(answer);
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
  if (gone || $("conflict").open) return false;
  if (saving) await saving;
  if (!isDirty()) return true;
  saving = sendText();
  const done = await saving;
  saving = null;
  return done;
}

async function sendText() {
  const sent = text.value;
  state("Saving …");
  const answer = await ask("/save", { name, text: sent, mark });
  if (answer.status === 409) {
    clash(answer);
    return false;
  }
  if (answer.error) {
    state();
    warn(answer.error);
    return false;
  }
  [saved, mark] = [sent, answer.mark];
  warn("");
  state();
  return true;
}

async function look() {
  if (document.hidden || saving || gone || $("conflict").open || text.disabled) return;
  const answer = await ask("/look", { name });
  if (answer.error || saving || answer.mark === mark) return;
  if (!answer.mark) return leave("The file is no draft any more: it was published, renamed or taken away.");
  const found = await ask("/load", { name });
  if (found.error || saving || found.mark === mark) return;
  if (isDirty()) return clash(found);
  take(found);
  tell("The file was changed outside of the desk. This is what it holds now.");
}

function clash(found) {
  state("Changed outside, not saved");
  $("mine").value = text.value;
  $("theirs").value = found.text;
  $("conflict").returnValue = "";
  mark = found.mark;
  saved = found.text;
  if (!$("conflict").open) $("conflict").showModal();
}

function settle(chosen) {
  $("conflict").close();
  text.value = chosen;
  changed();
  save();
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
  if (!answer.post) return warn("It is not ready: see the findings.");
  gone = true;
  text.disabled = $("save").disabled = $("publish").disabled = true;
  warn("");
  state(`Published as ${answer.post}`);
  tell("Moved to the posts. It is on the site after the next `byline publish`.");
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
  tell("Sending …");
  const answer = await ask("/test", { name, text: text.value });
  if (answer.error) return warn(answer.error);
  warn("");
  tell(`Sent to ${answer.to}.`);
}

async function testFiles() {
  $("testing").close();
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
  if (now !== text.value) return;
  if (found.findings) showFindings(found.findings);
  if (told.sources) showSources(told.sources);
}

function showFindings(findings) {
  const errors = findings.filter((one) => one.severity === "error").length;
  $("count").textContent = findings.length ? `${errors} to mend, ${findings.length - errors} to think about` : "none: it can be published";
  const had = document.activeElement?.closest?.("#found li");
  const at = had ? [...$("found").children].indexOf(had) : -1;
  $("found").replaceChildren(...findings.map(finding));
  if (at >= 0) $("found").children[Math.min(at, findings.length - 1)]?.querySelector("button").focus();
}

function finding(found) {
  const place = made("span", { class: `severity severity--${found.severity}` }, `Line ${found.line}, ${found.severity}`);
  const button = made("button", { type: "button", class: "finding" }, place, ` ${found.reason}. `, made("span", { class: "quiet" }, found.remedy));
  button.addEventListener("click", () => goToLine(found.line));
  return made("li", { "data-rule": found.rule }, button);
}

const startOf = (line) => text.value.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);

function goToLine(line) {
  const start = startOf(line);
  const end = text.value.indexOf("\n", start);
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
  text.scrollTop = Math.max(heightOf(text.value.slice(0, start)) - text.clientHeight / 3, 0);
}

/** How high this much of the text stands, as its lines are broken here. */
function heightOf(part) {
  const mirror = made("div", { class: "mirror", "aria-hidden": "true" }, part);
  mirror.style.width = `${text.clientWidth}px`;
  text.after(mirror);
  const height = mirror.scrollHeight;
  mirror.remove();
  return height;
}

// -- sources

function showSources(sources) {
  const told = JSON.stringify(sources.map(({ line, ...rest }) => rest));
  $("sources").lines = Object.fromEntries(sources.map((source) => [source.url, source.line]));
  if ($("sources").told === told) return;
  $("sources").told = told;
  $("sources").replaceChildren(...sources.map(source));
}

function source(told) {
  const link = made("a", { href: told.url, target: "_blank", rel: "noopener noreferrer" }, told.title);
  const lines = told.sentences.map((sentence) => {
    const button = made("button", { type: "button", class: "sentence" }, sentence.text);
    button.addEventListener("click", () => quote(told.url, sentence.markdown));
    return made("li", {}, button);
  });
  const none = made("p", { class: "quiet" }, "Nothing is stored of it: see `byline select --articles`.");
  const list = lines.length ? made("ul", {}, ...lines) : none;
  return made("section", { class: "source" }, made("h3", {}, link), made("p", { class: "quiet" }, told.from), list);
}

/** Put a sentence into the take of its source: where the caret is, if that is there, or else at its end. */
function quote(url, sentence) {
  const lines = text.value.split("\n");
  const first = $("sources").lines[url];
  const others = Object.values($("sources").lines).filter((line) => line > first);
  let end = others.length ? Math.min(...others) - 1 : lines.length;
  const from = startOf(first + 1);
  const to = startOf(end + 1) - 1;
  let at = text.selectionStart;
  if (at < from || at > to) {
    while (end > first && !lines[end - 1].trim()) end -= 1;
    at = startOf(end + 1) - 1;
  } else {
    const stop = text.value.indexOf("\n", at);
    at = stop < 0 ? text.value.length : stop;
  }
  text.focus();
  text.setSelectionRange(at, at);
  insert(`\n\n> ${sentence}\n`);
  tell("Quoted.");
}

/** As if it was typed, so that the browser can undo it. */
function insert(words) {
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  }
}

// -- what a model proposes

const lineOfCaret = () => text.value.slice(0, text.selectionStart).split("\n").length;

/** Put `fresh` in the place of the text, by the part of it that is another. */
function replace(fresh) {
  const old = text.value;
  let start = 0;
  while (start < old.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  text.focus();
  text.setSelectionRange(start, old.length - end);
  insert(fresh.slice(start, fresh.length - end));
}

listen(() => ({ name, text: text.value, line: lineOfCaret() }), replace);

// -- buttons and keys

$("save").addEventListener("click", async () => (await save()) && tell("Saved."));
$("publish").addEventListener("click", publish);
$("approve")?.addEventListener("click", approve);
$("test").addEventListener("click", () => $("testing").showModal());
$("do-test").addEventListener("click", test);
$("do-test-files").addEventListener("click", testFiles);
for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());
$("keep-mine").addEventListener("click", () => settle($("mine").value));
$("take-theirs").addEventListener("click", () => settle($("theirs").value));
$("conflict").addEventListener("cancel", (event) => event.preventDefault()); // a choice is needed
document.addEventListener("keydown", async (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    if (await save()) tell("Saved.");
  }
});
addEventListener("beforeunload", (event) => {
  if (!gone && isDirty()) event.preventDefault();
});
setInterval(look, LOOK);
load();
