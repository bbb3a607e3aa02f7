// Trends: refuses what the author's choices seem to tell, and heeds it again.

import { ask, tell, warn } from "./talk.js";

let line = Promise.resolve(); // one after the other, so that the last press counts

async function toggle(button) {
  const answer = await ask("/heed", {
    mark: button.dataset.mark,
    refused: button.getAttribute("aria-pressed") !== "true",
  });
  if (answer.error) return warn(answer.error);
  warn("");
  button.setAttribute("aria-pressed", String(answer.refused));
  button.textContent = answer.refused ? "Refused: heed again" : "Refuse";
  tell(answer.refused ? "Refused from the next selection on." : "Heeded again from the next selection on.");
}

for (const button of document.querySelectorAll("[data-mark]"))
  button.addEventListener("click", () => {
    line = line.then(() => toggle(button));
  });
