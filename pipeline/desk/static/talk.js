// How every page of the desk talks: to the desk on this machine, and to the person before it.

const key = document.querySelector('meta[name="byline-key"]').content;
const status = document.getElementById("status");
const alarm = document.getElementById("alarm");
const trouble = alarm.querySelector("[role=alert]");
let fading;
let before; // what had the focus before the alarm

/** Have the desk do something. Gives what it answers; `answer.error` says what went wrong. */
export async function ask(path, said = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Byline-Key": key },
      body: JSON.stringify(said),
    });
    const kind = answer.headers.get("Content-Type") || "";
    const told = kind.startsWith("application/json") ? await answer.json() : { error: (await answer.text()).trim() };
    return { ...told, status: answer.status };
  } catch {
    return { error: "The desk does not answer: is `byline desk` still running?", status: 0 };
  }
}

/** Say what happened, to eyes and to screen readers; it goes away by itself. */
export function tell(words) {
  status.textContent = words;
  status.classList.add("status--on");
  clearTimeout(fading);
  fading = setTimeout(() => status.classList.remove("status--on"), 4000);
}

/** Say what went wrong; it stays until something goes right, or until it is closed. */
export function warn(words) {
  trouble.textContent = words;
  alarm.hidden = !words;
}

alarm.addEventListener("focusin", (event) => (before = event.relatedTarget));
alarm.querySelector("button").addEventListener("click", () => {
  warn("");
  (before?.isConnected ? before : document.querySelector("main")).focus();
});

/** A new element with these attributes, and these texts or elements in it. Text is never markup. */
export function made(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...inside);
  return element;
}
