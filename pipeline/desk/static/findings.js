// What a check found: each leads to its line, and what may be accepted can be, with a reason.

import { goToLine, isHeld, promptOf, replace, text } from "./caret.js";
import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const name = document.querySelector("main").dataset.name;
let accepting = null; // what the dialog is about: a rule, and which of the findings

/** `isApproved` is false where an approval is still asked for. */
export function showFindings(findings, isApproved) {
  const open = findings.filter((one) => !one.accepted);
  const errors = open.filter((one) => one.severity === "error").length;
  const none = isApproved === false ? "none: it waits for approval" : "none: it can be published";
  $("count").textContent = open.length ? `${errors} to mend, ${open.length - errors} to think about` : none;
  const at = placeOf(document.activeElement);
  $("found").replaceChildren(...findings.map(finding));
  if (at >= 0) focusOn(at);
}

/** Which of the findings an element belongs to; -1 where it is in none. */
const placeOf = (element) => [...$("found").children].indexOf(element?.closest?.("#found li"));

function focusOn(at) {
  const items = $("found").children;
  items[Math.min(at, items.length - 1)]?.querySelector("button").focus();
}

function finding(found) {
  const kind = found.accepted ? "accepted" : found.severity;
  const place = made("span", { class: `severity severity--${kind}` }, `Line ${found.line}, ${kind}`);
  const todo = made("span", { class: "quiet" }, found.accepted ? `Your reason: ${found.accepted}` : found.remedy);
  const button = made("button", { type: "button", class: "finding" }, place, ` ${found.reason}. `, todo);
  const waits = ["no-words", "no-opening"].includes(found.rule);
  button.addEventListener("click", () => goToLine(waits ? promptOf(found.line) : found.line));
  const item = made("li", { "data-rule": found.rule }, button);
  if (found.acceptable && !found.accepted) item.append(acceptButton(found));
  return item;
}

function acceptButton(found) {
  const button = made("button", { type: "button", class: "accept", "aria-haspopup": "dialog" }, "Accept …");
  button.append(made("span", { class: "hidden" }, ` ${found.rule}, line ${found.line}`));
  button.addEventListener("click", () => {
    accepting = { rule: found.rule, at: placeOf(button) };
    $("accepted").textContent = `${found.reason[0].toUpperCase()}${found.reason.slice(1)}.`;
    $("accepted-rule").textContent = found.rule;
    $("why").value = "";
    $("accepting").showModal();
  });
  return button;
}

/** Note it in the text, as if it was typed; the finding keeps the focus. */
async function accept(event) {
  event.preventDefault();
  $("accepting").close();
  const [now, { rule, at }] = [text.value, accepting];
  const answer = await ask("/accept", { name, text: now, rule, reason: $("why").value });
  if (answer.error) return warn(answer.error);
  if (isHeld() || text.disabled || text.value !== now) return warn("The text was changed in the meantime: press it once more.");
  warn("");
  replace(answer.text);
  focusOn(at);
  tell("Accepted, and noted in the front matter.");
}

$("accept").addEventListener("submit", accept);
