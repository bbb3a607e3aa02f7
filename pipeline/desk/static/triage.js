// Triage: choices by key and by button. A choice shows at once; the desk hears of it behind.

import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const list = $("stories");
const every = () => [...document.querySelectorAll(".card")];
const SAID = { pick: "Picked", skip: "Skipped", later: "Left for later", "": "Undecided" };
let acts = []; // what was done, the latest last, each with what undoes it
let marked = null;
let turns = 0; // an answer about a card that was decided again since is old news
let line = Promise.resolve(); // acts reach the desk one after the other, in the order in which they were done

/** Have `work` done after all that was done before. */
function next(work) {
  line = line.then(work);
  return line;
}

function did(act) {
  acts.push(act);
  count();
}

function drop(act) {
  acts = acts.filter((one) => one !== act);
  count();
}

// -- moving

const cardOf = (story) => document.getElementById(`story-${story}`);
const storyOf = (card) => Number(card.dataset.story);
const current = () => document.activeElement?.closest?.(".card") || every().find((card) => card.tabIndex === 0);

function goTo(card) {
  if (!card) return;
  for (const other of every()) other.tabIndex = other === card ? 0 : -1;
  card.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  card.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function step(by) {
  const cards = every();
  const at = cards.indexOf(current());
  const isThere = document.activeElement?.closest?.(".card");
  goTo(cards[isThere ? Math.min(Math.max(at + by, 0), cards.length - 1) : Math.max(at, 0)]);
}

// -- choosing

function show(card, choice) {
  card.dataset.choice = choice;
  for (const button of card.querySelectorAll("[data-do=pick], [data-do=later], [data-do=skip]"))
    button.setAttribute("aria-pressed", String(button.dataset.do === choice));
  count();
}

function count() {
  const cards = every();
  const picked = cards.filter((card) => card.dataset.choice === "pick" && !("drafted" in card.dataset)).length;
  const decided = cards.filter((card) => card.dataset.choice).length;
  $("total").textContent = `${cards.length} ${cards.length === 1 ? "story" : "stories"}`;
  $("picked").textContent = picked;
  $("draft").disabled = picked === 0;
  $("decided").textContent = cards.length ? `${decided} of ${cards.length} decided` : "";
  $("undo").disabled = acts.length === 0;
}

const title = (card) => card.querySelector(".card__title").textContent.trim();

/** Tell the desk of a choice, or without one that the latest is taken back; gives whether it heard. */
function send(card, choice, before) {
  const turn = String((turns += 1));
  card.dataset.turn = turn;
  return next(async () => {
    const answer = await ask("/choose", { story: storyOf(card), choice: choice || null });
    const isLatest = card.dataset.turn === turn;
    if (answer.error) {
      if (isLatest) show(card, before);
      warn(`“${title(card)}” stays as it was. ${answer.error}`);
      return false;
    }
    if (!choice && isLatest) show(card, answer.choice || "");
    warn("");
    return true;
  });
}

async function choose(card, choice, onward) {
  const before = card.dataset.choice;
  if (before === choice) return takeBack(card);
  const [story, act] = [storyOf(card), { undo: () => restore(story, before, false) }];
  show(card, choice);
  did(act);
  tell(`${SAID[choice]}: ${title(card)}`);
  if (onward) step(1);
  if (!(await send(card, choice, before))) drop(act);
}

/** What was pressed is pressed again: the choice before it stands, if there was any. */
async function takeBack(card) {
  const before = card.dataset.choice;
  const [story, act] = [storyOf(card), { undo: () => restore(story, before, true) }];
  show(card, "");
  did(act);
  if (!(await send(card, "", before))) return drop(act);
  tell(`Taken back. ${SAID[card.dataset.choice]}: ${title(card)}`);
}

// -- undoing: each act by the one that is its opposite

function undo() {
  const last = acts.pop();
  count();
  return last ? last.undo() : tell("Nothing to undo.");
}

/** What stood before stands again: the choice `before`, by being made anew or by having the one after it taken back. */
function restore(story, before, isMadeAnew) {
  const card = cardOf(story);
  if (!card) return tell("Its story stands here no more.");
  const now = card.dataset.choice;
  show(card, before);
  goTo(card);
  tell(`Undone. ${SAID[before]}: ${title(card)}`);
  return send(card, isMadeAnew ? before : "", now);
}

// -- joining and parting

function mark(card) {
  marked?.classList.remove("card--marked");
  marked?.querySelector("[data-do=merge]").setAttribute("aria-pressed", "false");
  marked = card;
  card?.classList.add("card--marked");
  card?.querySelector("[data-do=merge]").setAttribute("aria-pressed", "true");
}

function merge(card, byKey) {
  if (!marked || marked === card) {
    mark(marked === card ? null : card);
    const how = byKey ? "Press m" : "Choose Merge";
    return tell(marked ? `Marked. ${how} on the story that tells the same.` : "No longer marked.");
  }
  const first = marked;
  mark(null);
  const act = { undo: () => next(() => unmerge(act)) };
  did(act);
  return next(() => doMerge(act, first, card));
}

async function doMerge(act, first, second) {
  const [merged] = await changed(act, "/merge", { stories: [storyOf(first), storyOf(second)] }, [first, second]);
  if (!merged) return;
  [act.story, act.entries] = [storyOf(merged), entriesOf(second)];
  tell(`Told as one: “${title(merged)}”, ${entriesOf(merged).length} reports.`);
}

async function unmerge({ story, entries }) {
  if (!story) return; // it came to nothing, and that was told
  const [first, second] = await changed(null, "/split", { story, entries }, [cardOf(story)]);
  if (second) tell(`Undone. Told apart again: “${title(first)}” and “${title(second)}”.`);
}

/** Have stories joined or parted, and show what came of the cards `gone`; an act that fails can not be undone. */
async function changed(act, path, said, gone) {
  const answer = await ask(path, said);
  if (!answer.error) return regroup(gone, answer.stories);
  drop(act);
  warn(answer.error);
  return [];
}

/** The cards of stories as the desk has them now; as a document, since here no text may become markup. */
function fetched(stories) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", `/cards?${new URLSearchParams(stories.map((story) => ["story", story]))}`);
    request.responseType = "document";
    request.onloadend = () => resolve([...(request.response?.querySelectorAll(".card") ?? [])]);
    request.send();
  });
}

/** Put the cards of these stories where the first of those that are gone stood; nothing else on the page moves. */
async function regroup(gone, stories) {
  const found = await fetched(stories);
  if (found.length !== stories.length) {
    location.reload(); // the page cannot show what is true by now
    return [];
  }
  const items = found.map((card) => document.importNode(card.closest("li"), true));
  const unfolded = gone[0].querySelector("details").open;
  gone[0].closest("li").replaceWith(...items);
  for (const card of gone.slice(1)) card.closest("li").remove();
  const cards = items.map((item) => item.querySelector(".card"));
  cards[0].querySelector("details").open = unfolded;
  goTo(cards[0]);
  count();
  warn("");
  return cards;
}

const entriesOf = (card) => card.dataset.entries.split(" ").map(Number);
let parting = null;

function split(card) {
  const reports = [...card.querySelectorAll("[data-report]")];
  if (reports.length < 2) return tell("This story has one report only.");
  parting = card;
  $("parts").replaceChildren(
    ...reports.map((report) => {
      const box = made("input", { type: "checkbox", value: report.dataset.report });
      const named = [...report.children].map((part) => part.textContent.trim()).filter(Boolean);
      return made("label", { class: "check" }, box, ` ${named.join(" · ")}`);
    }),
  );
  $("splitting").showModal();
}

function doSplit() {
  const entries = [...$("parts").querySelectorAll(":checked")].map((box) => Number(box.value));
  $("splitting").close();
  if (!entries.length) return tell("Nothing was named, so nothing changes.");
  const [card, act] = [parting, { undo: () => next(() => unsplit(act)) }];
  did(act);
  return next(async () => {
    const [rest, apart] = await changed(act, "/split", { story: storyOf(card), entries }, [card]);
    if (!apart) return;
    act.stories = [storyOf(rest), storyOf(apart)];
    tell(`Told apart: “${title(apart)}” stands behind it.`);
  });
}

async function unsplit({ stories }) {
  if (!stories) return;
  const [merged] = await changed(null, "/merge", { stories }, stories.map(cardOf));
  if (merged) tell(`Undone. Told as one again: “${title(merged)}”.`);
}

// -- all together

async function anew() {
  await line;
  tell("Selecting …");
  const answer = await ask("/select");
  if (answer.error) return warn(answer.error);
  location.reload();
}

async function draft() {
  await line;
  const answer = await ask("/draft");
  if (answer.error) return warn(answer.error);
  location.assign(answer.at);
}

function open(card) {
  const link = card.querySelector(".card__title a");
  if (!link) return tell("This story has no link.");
  window.open(link.href, "_blank", "noopener,noreferrer");
}

const DO = {
  pick: (card, onward) => choose(card, "pick", onward),
  skip: (card, onward) => choose(card, "skip", onward),
  later: (card, onward) => choose(card, "later", onward),
  merge,
  split,
};
const KEYS = { p: DO.pick, s: DO.skip, l: DO.later, o: open, m: merge, x: split };
const usesKeys = () => localStorage.getItem("byline-keys") !== "off"; // a slip of speech control must not choose

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.repeat && !"jk".includes(event.key)) return; // a key that is held down chooses once
  if (event.key === "Escape") return mark(null);
  if (event.key === "?") return $("keys").showModal();
  if (!usesKeys()) return;
  const act = { j: () => step(1), k: () => step(-1), u: undo }[event.key];
  const card = current();
  if (act) act();
  else if (KEYS[event.key] && card) KEYS[event.key](card, true);
  else return;
  event.preventDefault();
});

list?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) DO[button.dataset.do](button.closest(".card"), false);
});
list?.addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (card) for (const other of every()) other.tabIndex = other === card ? 0 : -1;
});
$("undo").addEventListener("click", undo);
$("anew").addEventListener("click", anew);
$("draft").addEventListener("click", draft);
$("help").addEventListener("click", () => $("keys").showModal());
$("do-split").addEventListener("click", doSplit);
for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());
$("use-keys").checked = usesKeys();
$("use-keys").addEventListener("change", (event) => localStorage.setItem("byline-keys", event.target.checked ? "on" : "off"));
count();
