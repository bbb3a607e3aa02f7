// Assist: what a model proposes, beside the text. Nothing gets into the text but by a press of the author's.

import { isHeld } from "./caret.js";
import { ask, made, tell, warn } from "./talk.js";

const wish = document.getElementById("wish");
const button = document.getElementById("ask");
const list = document.getElementById("suggestions");

/** `draft` gives {name, text, line}; `replace` puts a new text in the place of the old one, as if it was typed. */
export function listen(draft, replace) {
  button?.addEventListener("click", () => propose(draft, replace));
}

async function propose(draft, replace) {
  button.disabled = true;
  tell("The model is thinking …");
  const answer = await ask("/propose", { ...draft(), wish: wish.value });
  button.disabled = false;
  button.focus();
  if (answer.error) {
    tell("Nothing was proposed.");
    return warn(answer.error);
  }
  warn("");
  list.replaceChildren(...answer.suggestions.map((each) => suggestion(each, draft, replace)));
  const count = answer.suggestions.length;
  tell(`${count} ${count === 1 ? "suggestion" : "suggestions"}, below the button.`);
}

function suggestion(told, draft, replace) {
  const against = [
    ...told.faults.map((fault) => made("p", { class: "severity--error" }, `Cannot be taken: ${fault}.`)),
    ...told.doubts.map((doubt) => made("p", { class: "quiet" }, `Look twice: ${doubt}.`)),
  ];
  const item = made("li", { class: "suggestion" }, made("p", {}, told.text), ...against);
  const away = made("button", { type: "button" }, "Put away");
  away.addEventListener("click", () => leave(item));
  const todo = made("p", { class: "tools" }, away);
  if (!told.faults.length && told.wish !== "questions") {
    const use = made("button", { type: "button" }, "Use it");
    use.addEventListener("click", () => take(told.number, item, draft, replace));
    todo.prepend(use);
  }
  item.append(todo);
  return item;
}

function leave(item) {
  const next = item.nextElementSibling || item.previousElementSibling;
  item.remove();
  (next?.querySelector("button") || button).focus();
}

async function take(number, item, draft, replace) {
  const { name, text } = draft();
  const answer = await ask("/take", { name, text, number });
  if (answer.error) return warn(answer.error);
  if (isHeld() || draft().text !== text) return warn("You wrote on in the meantime: press it once more.");
  warn("");
  replace(answer.text);
  leave(item);
  tell("It is in the text, and noted in the front matter: your readers are told.");
}
