// What others say: shown on the site, or not; pressed again, it is as before.

import { failed, next } from "./acts.js";
import { ask, tell } from "./talk.js";

async function toggle(button) {
  const answer = await ask("/heard/show", {
    number: Number(button.dataset.echo),
    shown: button.getAttribute("aria-pressed") !== "true",
  });
  if (failed(answer)) return;
  button.setAttribute("aria-pressed", String(answer.shown));
  button.textContent = answer.shown ? "Shown: show no more" : "Show on the site";
  tell(answer.shown ? "Shown, once the site is built again." : "Shown no more, once the site is built again.");
}

for (const button of document.querySelectorAll("[data-echo]"))
  button.addEventListener("click", () => next(() => toggle(button)));
document.getElementById("look").addEventListener("click", async () => {
  tell("Looking …");
  const answer = await ask("/heard/look");
  if (failed(answer)) return;
  if (answer.fresh) location.reload();
  else tell("Nothing new names you in the feeds of the last eight days.");
});
