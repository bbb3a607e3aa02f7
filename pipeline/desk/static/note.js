// A note: prepared by the desk, kept as it is typed, copied or opened elsewhere, and said to be sent.

import { copy, failed, next } from "./acts.js";
import { ask, tell } from "./talk.js";

const $ = (id) => document.getElementById(id);
const main = $("main");
const [person, about] = [Number(main.dataset.person), main.dataset.about];
const other = main.dataset.other ? Number(main.dataset.other) : null;
const IDLE = 250; // milliseconds without a key after which the note is kept
const fields = [$("subject"), $("note")];
let note = null;
let isKept = true;
let typing;

const kind = () => document.querySelector("[name=kind]:checked")?.value;

/** Show a note as the desk has it. */
function show(answer) {
  note = answer.note;
  [$("subject").value, $("note").value] = [answer.subject, answer.text];
  for (const field of fields) field.disabled = false;
  ways(answer);
}

/** Have the links lead to the note as it is now. */
function ways(answer) {
  $("mail").href = answer.mailto;
  $("file").href = answer.file;
  isKept = true;
  $("kept").textContent = "Kept.";
}

// What follows is done in turn: a note is sent as it stands when all that was chosen and typed before has been heard.

function prepare(anew) {
  return next(async () => {
    await kept();
    const asked = main.dataset.note ? ["/note/open", { note: Number(main.dataset.note) }] : ["/note", { person, kind: kind(), about, other, anew }];
    const answer = await ask(...asked);
    delete main.dataset.note; // from now on it is what the author asks for
    if (!failed(answer)) show(answer);
  });
}

/** Keep what is typed; gives whether the desk has it. */
const keep = () => next(kept);

async function kept() {
  clearTimeout(typing);
  if (isKept) return true;
  isKept = true; // of what is typed from here on, the next call hears
  const answer = await ask("/note/keep", { note, subject: $("subject").value, text: $("note").value });
  if (!failed(answer)) return isKept && ways(answer), true;
  isKept = false;
  $("kept").textContent = "Not kept yet.";
  return false;
}

/** Said by the author: it is sent, and counts as a touch. */
const sent = () =>
  next(async () => {
    if (note === null || !$("after").hidden || !(await kept()) || failed(await ask("/note/sent", { note }))) return;
    shown(true);
    $("after").focus();
  });

const unsent = () =>
  next(async () => {
    if (failed(await ask("/note/unsent", { note }))) return;
    shown(false);
    tell("Undone: it is no touch, and waits to be sent.");
    $("note").focus();
  });

/** Show the note as sent, or as one that waits. */
function shown(isSent) {
  $("after").hidden = !isSent;
  $("ways").hidden = $("how").hidden = isSent;
  for (const field of [...fields, ...document.querySelectorAll("[name=kind]")]) field.disabled = isSent;
}

for (const field of fields)
  field.addEventListener("input", () => {
    isKept = false;
    $("kept").textContent = "Not kept yet.";
    clearTimeout(typing);
    typing = setTimeout(keep, IDLE);
  });
for (const radio of document.querySelectorAll("[name=kind]")) radio.addEventListener("change", () => prepare(false));
$("anew").addEventListener("click", async () => {
  await prepare(true);
  tell("Written anew by your template.");
});
$("copy").addEventListener("click", () => copy($("note").value, "The note"));
for (const link of [$("mail"), $("file")])
  link.addEventListener("click", async (event) => {
    if (isKept) return; // the link leads to the note as it is
    event.preventDefault();
    if (await keep()) link.click();
  });
$("sent").addEventListener("click", sent);
$("undo").addEventListener("click", unsent);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || !$("after").hidden) return;
  event.preventDefault();
  sent();
});
addEventListener("beforeunload", (event) => {
  if (!isKept) event.preventDefault();
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest('a[href^="/"]:not([download])');
  if (!link || isKept || link.closest("#ways")) return;
  event.preventDefault();
  if (await keep()) location.assign(link.href);
});
prepare(false);
