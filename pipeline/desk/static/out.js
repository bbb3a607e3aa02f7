// Publish and send: the site is built by a button, and a letter leaves after a yes that names how many get it.

import { failed } from "./acts.js";
import { ask, made, tell } from "./talk.js";

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
  const sent = await busy(button, "Sending …", () => ask("/send", yes));
  if (!sent) return;
  const later = sent.later ? [`The next can be sent to at ${sent.later}: byline send ${yes.post}`] : [];
  say($("gone"), `Sent to ${counted(sent.sent, "reader")}.`, [...sent.troubled, ...sent.left_out, ...later]);
  tell("Sent.");
  if (!sent.troubled.length && !sent.later) button.closest("li").remove();
}

for (const button of document.querySelectorAll("[data-edition]")) button.addEventListener("click", () => look(button));
$("do-send").addEventListener("click", send);
