// Publish and send: the site is built by a button, and a letter leaves after a yes that names how many get it.

import { failed } from "./acts.js";
import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const counted = (many, one) => `${many} ${one}${many === 1 ? "" : "s"}`;
let asked = null;

/** Have a button work, and no other time meanwhile. */
async function busy(button, words, work) {
  button.disabled = true;
  tell(words);
  const answer = await work();
  button.disabled = false;
  return failed(answer) ? null : answer;
}

/** Say what was done in a place of its own, with its notes below. */
function say(place, words, notes) {
  place.replaceChildren(made("p", {}, words), ...notes.map((note) => made("p", { class: "quiet" }, note)));
}

$("build").addEventListener("click", async () => {
  const site = await busy($("build"), "Building the site …", () => ask("/build"));
  if (!site) return;
  $("unbuilt")?.remove();
  $("build").classList.remove("main-action");
  say($("built"), `Built: ${counted(site.pages, "page")}, ${counted(site.posts, "post")}.`, site.notes);
  tell("The site is built.");
});

async function look(button) {
  const edition = button.dataset.edition;
  const letter = await busy(button, "Looking who gets it …", () => ask("/letter", { post: edition }));
  if (!letter) return;
  if (!letter.readers) return say($("gone"), "Nobody would get it.", letter.left_out);
  asked = { button, post: edition, readers: letter.readers };
  $("subject").textContent = letter.subject;
  $("readers").textContent = counted(letter.readers, "reader");
  $("way").textContent = letter.way;
  $("left-out").replaceChildren(...[...letter.left_out, ...letter.concerns].map((line) => made("li", {}, line)));
  $("sending").showModal();
}

async function send() {
  const { button, ...yes } = asked;
  $("sending").close();
  const begun = await busy(button, "Sending …", () => ask("/send", yes));
  if (begun) watch(button);
}

const EVERY = 500; // milliseconds

async function underway() {
  const answer = await fetch("/send/underway").catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** Show how far the letter is that leaves, until it is over. The desk sends it, whether a page looks on or not. */
async function watch(button) {
  const bar = made("progress", { "aria-label": "Readers who were sent it" });
  const count = made("p", {});
  const pause = made("button", { type: "button" }, "Pause");
  $("gone").replaceChildren(bar, count, pause);
  $("gone").ariaBusy = "true"; // or each number would be read out
  let now;
  let isPaused = false;
  pause.addEventListener("click", async () => {
    isPaused = Boolean(await busy(pause, "Pausing …", () => ask("/send/pause")));
  });
  if (button) button.disabled = true;
  for (;;) {
    now = await underway();
    if (!now) return warn("The desk does not answer: `byline status` tells how far the letter is.");
    if (now.told) break;
    bar.max = now.readers;
    bar.value = now.done;
    count.textContent = `${now.done} of ${counted(now.readers, "reader")}`;
    await new Promise((done) => setTimeout(done, EVERY));
  }
  if (button) button.disabled = false;
  $("gone").ariaBusy = "false";
  over(button, now, isPaused);
}

function over(button, { post, told }, isPaused) {
  if (failed(told)) return $("gone").replaceChildren();
  const later = told.later ? [`The next can be sent to at ${told.later}: byline send ${post}`] : [];
  if (isPaused) later.push(`It is paused: byline send ${post} --resume`);
  say($("gone"), `Sent to ${counted(told.sent, "reader")}.`, [...told.troubled, ...told.left_out, ...later]);
  tell("Sent.");
  if (!told.troubled.length && !later.length) button?.closest("li").remove();
}

for (const button of document.querySelectorAll("[data-edition]")) button.addEventListener("click", () => look(button));
$("do-send").addEventListener("click", send);
underway().then((now) => {
  if (now?.readers && !now.told) watch(document.querySelector(`[data-edition="${CSS.escape(now.post)}"]`));
});
