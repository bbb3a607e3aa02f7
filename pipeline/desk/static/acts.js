// What can be undone on a page, the keys that it knows, and how a text is copied.

import { tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const acts = []; // what was done, the latest last, each a function that undoes it and says what that was
let line = Promise.resolve(); // acts reach the desk one after the other, in the order in which they were done

/** Have `work` done after all that was done before. */
export function next(work) {
  const done = line.then(work);
  line = done.catch(() => {}); // what comes to grief holds up nothing that comes after it
  return done;
}

const show = () => {
  if ($("undo")) $("undo").disabled = acts.length === 0;
};

/** Something was done; `undo` takes it back, and gives the words that tell it, or nothing where it could not. */
export function did(undo) {
  acts.push(undo);
  show();
}

/** Take back what was done last. */
export function undo() {
  return next(async () => {
    const last = acts.pop();
    show();
    if (!last) return tell("Nothing to undo.");
    const told = await last();
    if (told) tell(`Undone. ${told}`);
    else acts.push(last); // the desk did not hear of it, or said no: it can be tried again
    show();
  });
}

/** Whether an answer says that something went wrong; then that is told. */
export function failed(answer) {
  warn(answer.error || "");
  return Boolean(answer.error);
}

const usesKeys = () => localStorage.getItem("byline-keys") !== "off"; // a slip of speech control must not act

/** Have keys act: `keys` maps each to a function. The dialog of keys turns them off and on. */
export function useKeys(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === "?") return $("keys").showModal();
    if (!usesKeys() || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  $("use-keys").checked = usesKeys();
  $("use-keys").addEventListener("change", (event) => localStorage.setItem("byline-keys", event.target.checked ? "on" : "off"));
  $("help").addEventListener("click", () => $("keys").showModal());
}

/** Put a text where it can be pasted from. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} is copied.`);
  } catch {
    warn("Your browser does not let the desk copy: mark the text, and copy it by Ctrl+C.");
  }
}

$("undo")?.addEventListener("click", undo);
for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());
