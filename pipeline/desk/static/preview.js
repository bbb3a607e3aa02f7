// The previews: the text as the site and the letter will show it, in frames where nothing runs.

import { ask } from "./talk.js";

const KINDS = { site: "site", letter: "letter", phone: "letter", dark: "letter", text: "letter" };
const ASKED = { site: "site", letter: "letter", phone: "letter", dark: "dark", text: "text" };
const panel = document.getElementById("panel");
const waits = document.getElementById("waits");
const tabs = [...document.querySelectorAll("[role=tab]")];
const frames = { site: document.getElementById("frame-site"), letter: document.getElementById("frame-letter") };

const ready = (frame) =>
  new Promise((done) => {
    if (frame.contentDocument?.URL === frame.src && frame.contentDocument.readyState === "complete") done();
    else frame.addEventListener("load", done, { once: true });
  });
const opened = Promise.all(Object.values(frames).map(ready)).then(() => {
  for (const frame of Object.values(frames)) stayHere(frame);
});

/** A link in a preview leads nowhere: the frame is to show the post. */
function stayHere(frame) {
  frame.contentDocument.addEventListener("click", (event) => event.target.closest?.("a[href]") && event.preventDefault());
}

/** Put what the desk made into its frame. What is read there stays where it is. */
function put(view, html) {
  const frame = frames[KINDS[view]];
  const page = frame.contentDocument;
  const at = page.scrollingElement?.scrollTop || 0;
  if (view === "site") page.body.innerHTML = html;
  else page.documentElement.innerHTML = html;
  if (page.scrollingElement) page.scrollingElement.scrollTop = at;
}

export class Preview {
  /** `given` gives {name, text, since}: the text as it stands, and when it was last typed in. */
  constructor(given) {
    this.given = given;
    this.view = "site";
    this.isAsking = false;
    this.isStale = false;
    for (const tab of tabs) tab.addEventListener("click", () => this.turn(tab));
    document.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.move(event));
  }

  move(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = tabs.indexOf(document.activeElement);
    const tab = tabs[(at + by + tabs.length) % tabs.length];
    tab.focus();
    this.turn(tab);
    event.preventDefault();
  }

  turn(tab) {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    this.view = tab.dataset.view;
    panel.dataset.view = this.view;
    panel.setAttribute("aria-labelledby", tab.id);
    for (const [kind, frame] of Object.entries(frames)) frame.hidden = KINDS[this.view] !== kind;
    this.show();
  }

  /** Show the text as it stands; while one answer is awaited, whatever is typed waits for the next. */
  async show() {
    if (this.isAsking) {
      this.isStale = true;
      return;
    }
    this.isAsking = true;
    do {
      this.isStale = false;
      await this.ask();
    } while (this.isStale);
    this.isAsking = false;
  }

  async ask() {
    const { name, text, since } = this.given();
    const view = this.view;
    await opened;
    const answer = await ask("/preview", { name, text, view: ASKED[view] });
    waits.hidden = !answer.error;
    waits.textContent = answer.error ? `The preview waits: ${answer.error}` : "";
    if (answer.error || view !== this.view) return;
    put(view, answer.html);
    if (since) performance.measure("keystroke to preview", { start: since, end: performance.now() });
  }
}
