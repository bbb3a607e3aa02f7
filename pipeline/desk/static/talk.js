// How every page of the desk talks: to the desk on this machine, and to the person before it.

const KEY = 'meta[name="byline-key"]';
let key = document.querySelector(KEY).content;
const status = document.getElementById("status");
const alarm = document.getElementById("alarm");
const trouble = alarm.querySelector("[role=alert]");
let fading;
let before; // what had the focus before the alarm

function post(path, said) {
  const headers = { "Content-Type": "application/json", "X-Byline-Key": key };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(said) });
}

/** A page of the desk as a document, since here no text may become markup; null where there is none. */
export function fetched(path) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", path);
    request.responseType = "document";
    request.onloadend = () => resolve(request.response);
    request.send();
  });
}

/** Whether there is a newer key than the one that was `used`: a desk that was started anew gives it to whom it let in. */
async function isRenewed(used) {
  if (key === used) key = (await fetched(location.pathname))?.querySelector(KEY)?.content || key;
  return key !== used;
}

/** Have the desk do something. Gives what it answers; `answer.error` says what went wrong. */
export async function ask(path, said = {}) {
  try {
    const used = key;
    let answer = await post(path, said);
    if (answer.status === 403 && (await isRenewed(used))) answer = await post(path, said);
    const kind = answer.headers.get("Content-Type") || "";
    const told = kind.startsWith("application/json") ? await answer.json() : { error: (await answer.text()).trim() };
    return { ...told, status: answer.status };
  } catch {
    return { error: "The desk does not answer: start `byline desk` again, and open the address that it prints.", status: 0 };
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
