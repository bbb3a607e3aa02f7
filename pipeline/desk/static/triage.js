// Triage: choices by key and by button. A choice shows at once; the desk hears of it behind.

import { ask, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const list = $("stories");
const every = () => [...document.querySelectorAll(".card")];
const SAID = { pick: "Picked", skip: "Skipped", later: "Left for later", "": "Undecided" };
let made_choices = [];
let marked = null;
let turns = 0; // an answer about a card that was decided again since is old news
let line = Promise.resolve(); // choices reach the desk one after the other, in the order in which they were made

// -- moving

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
  $("undo").disabled = made_choices.length === 0;
}

const title = (card) => card.querySelector(".card__title").textContent.trim();

function send(card, choice, before) {
  const turn = String((turns += 1));
  card.dataset.turn = turn;
  line = line.then(async () => {
    const answer = await ask("/choose", { story: Number(card.dataset.story), choice: choice || null });
    const isLatest = card.dataset.turn === turn;
    if (answer.error) {
      if (isLatest) show(card, before);
      warn(`“${title(card)}” stays as it was. ${answer.error}`);
    } else {
      if (!choice && isLatest) show(card, answer.choice || "");
      warn("");
    }
  });
  return line;
}

function choose(card, choice, onward) {
  const before = card.dataset.choice;
  if (before === choice) {
    if (onward) step(1);
    return;
  }
  show(card, choice);
  made_choices.push({ card, before });
  send(card, choice, before);
  tell(`${SAID[choice]}: ${title(card)}`);
  if (onward) step(1);
  count();
}

function undo() {
  const last = made_choices.pop();
  if (!last) return tell("Nothing to undo.");
  const now = last.card.dataset.choice;
  show(last.card, last.before);
  send(last.card, null, now);
  goTo(last.card);
  tell(`Undone. ${SAID[last.before]}: ${title(last.card)}`);
}

// -- joining and parting

function mark(card) {
  marked?.classList.remove("card--marked");
  marked?.querySelector("[data-do=merge]").setAttribute("aria-pressed", "false");
  marked = card;
  card?.classList.add("card--marked");
  card?.querySelector("[data-do=merge]").setAttribute("aria-pressed", "true");
}

async function merge(card) {
  if (!marked || marked === card) {
    mark(marked === card ? null : card);
    return tell(marked ? "Marked. Press m on the story that tells the same." : "No longer marked.");
  }
  const first = marked;
  mark(null);
  await line;
  const answer = await ask("/merge", { stories: [first, card].map((one) => Number(one.dataset.story)) });
  if (answer.error) return warn(answer.error);
  const [merged] = await regroup([first, card], answer.stories);
  if (merged) tell(`Told as one: “${title(merged)}”, ${merged.querySelectorAll("[data-report]").length} reports.`);
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
  made_choices = made_choices.filter(({ card }) => !gone.includes(card)); // those were about other stories
  const cards = items.map((item) => item.querySelector(".card"));
  cards[0].querySelector("details").open = unfolded;
  goTo(cards[0]);
  count();
  warn("");
  return cards;
}

let parting = null;

function split(card) {
  const reports = [...card.querySelectorAll("[data-report]")];
  if (reports.length < 2) return tell("This story has one report only.");
  parting = card;
  $("parts").replaceChildren(
    ...reports.map((report) => {
      const box = made("input", { type: "checkbox", value: report.dataset.report });
      return made("label", { class: "check" }, box, ` ${report.textContent.trim().replace(/\s+/g, " ")}`);
    }),
  );
  $("splitting").showModal();
}

async function doSplit() {
  const entries = [...$("parts").querySelectorAll(":checked")].map((box) => Number(box.value));
  $("splitting").close();
  if (!entries.length) return tell("Nothing was named, so nothing changes.");
  await line;
  const answer = await ask("/split", { story: Number(parting.dataset.story), entries });
  if (answer.error) return warn(answer.error);
  const [, apart] = await regroup([parting], answer.stories);
  if (apart) tell(`Told apart: “${title(apart)}” stands behind it.`);
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
