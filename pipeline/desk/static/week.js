// The week: a step is begun or left by a button, and done where the answer says.

import { ask, warn } from "./talk.js";

async function go(path, said) {
  const answer = await ask(path, said);
  if (answer.error) return warn(answer.error);
  location.assign(answer.place);
}

for (const button of document.querySelectorAll("[data-step]"))
  button.addEventListener("click", () => go("/begin", { step: button.dataset.step }));
for (const button of document.querySelectorAll("[data-leave]"))
  button.addEventListener("click", () => go("/leave", {}));
