// The previews: the text as the site and the letter will show it, in frames where nothing runs.

import { ask } from "./talk.js";

const main = document.querySelector("main");
const panel = document.getElementById("panel");
const waits = document.getElementById("waits");
const tabs = [...document.querySelectorAll("[role=tab]")];
const figures = [...document.querySelectorAll("[data-frame]")];
const UNOPENED = "its page could not be loaded. Type on, and it is tried again.";
const ALL = "all"; // all of them side by side
const views = (of) => (of === ALL ? figures.map((figure) => figure.dataset.frame) : [of]);
const frame = (view) => document.getElementById(`frame-${view}`);

const stands = (one) => one.contentDocument?.URL === one.src && one.contentDocument.readyState === "complete";
let opening = null;

/** Give whether all frames are there to be filled; those that could not be loaded are loaded once more. */
function opened() {
  opening ??= Promise.all(views(ALL).map((view) => ready(frame(view)))).then((all) => {
    if (all.includes(false)) opening = null;
    return Boolean(opening);
  });
  return opening;
}

async function ready(one) {
  if (!stands(one)) {
    const loaded = new Promise((done) => one.addEventListener("load", done, { once: true }));
    if (!one.contentDocument) one.src = one.src; // what stands in it is the browser's own page of what went wrong
    await loaded;
  }
  if (!stands(one)) return false;
  one.contentDocument.removeEventListener("click", stay);
  one.contentDocument.addEventListener("click", stay);
  return true;
}

/** A link in a preview leads nowhere: the frame is to show the post. */
function stay(event) {
  if (event.target.closest?.("a[href]")) event.preventDefault();
}

/** Put what the desk made into its frame. What is read there stays where it is, but what is typed comes into sight. */
function put(view, html, place) {
  const page = frame(view).contentDocument;
  const at = page.scrollingElement?.scrollTop || 0;
  if (view === "site") page.body.innerHTML = html;
  else page.documentElement.innerHTML = html;
  if (page.scrollingElement) page.scrollingElement.scrollTop = at;
  if (page.scrollingElement && place) bringIntoSight(page, place);
}

/** Scroll to what was typed, if it is out of sight: to its words or, if these are nowhere, to about where they belong. */
function bringIntoSight(page, place) {
  const view = page.scrollingElement;
  const about = place.share * view.scrollHeight;
  const found = place.words ? heights(page, place.words) : [];
  const height = found.sort((one, other) => Math.abs(one - about) - Math.abs(other - about))[0] ?? about;
  const isInSight = height > view.scrollTop + view.clientHeight * 0.05 && height < view.scrollTop + view.clientHeight * 0.9;
  if (!isInSight) view.scrollTop = height - view.clientHeight / 2;
}

/** How far down the page each passage with these words stands. */
function heights(page, words) {
  const passages = [...page.body.querySelectorAll("p, li, h1, h2, h3, h4, pre")];
  return passages.flatMap((passage) => {
    const said = passage.textContent.replace(/\s+/g, " ");
    const at = said.indexOf(words.replace(/\s+/g, " "));
    const box = passage.getBoundingClientRect();
    return at < 0 ? [] : [page.scrollingElement.scrollTop + box.top + (box.height * at) / said.length];
  });
}

export class Preview {
  /** `given` gives {name, text, since, place}: the text as it stands, and when and where it was last typed in. */
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
    panel.setAttribute("aria-labelledby", tab.id);
    panel.classList.toggle("panel--all", this.view === ALL);
    main.classList.toggle("write--all", this.view === ALL);
    for (const figure of figures) figure.hidden = !views(this.view).includes(figure.dataset.frame);
    this.show();
  }

  /** What is shown stays: there is no draft any more. */
  stop() {
    for (const tab of tabs) tab.disabled = tab.getAttribute("aria-selected") !== "true";
  }

  /** Show the text as it stands; while one answer is awaited, whatever is typed waits for the next. */
  async show() {
    if (this.isAsking) {
      this.isStale = true;
      return;
    }
    this.isAsking = true;
    try {
      do {
        this.isStale = false;
        await this.ask();
      } while (this.isStale);
    } finally {
      this.isAsking = false; // whatever went wrong, the next key is shown
    }
  }

  async ask() {
    const { name, text, since, place } = this.given();
    const view = this.view;
    const isOpen = await opened();
    const answer = isOpen ? await ask("/preview", { name, text, views: views(view) }) : { error: UNOPENED };
    waits.hidden = !answer.error;
    waits.textContent = answer.error ? `The preview waits: ${answer.error}` : "";
    if (answer.error || view !== this.view) return;
    for (const [each, html] of Object.entries(answer.html)) put(each, html, place);
    if (since) performance.measure("keystroke to preview", { start: since, end: performance.now() });
  }
}
