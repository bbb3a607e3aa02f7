// Triage: choices by key and by button. A choice shows at once; the desk hears of it behind.

import { ask, fetched, made, tell, warn } from "./talk.js";

const $ = (id) => document.getElementById(id);
const main = $("main");
const passed = $("passed"); // what was passed over, where that is shown
const every = () => [...document.querySelectorAll(".card")];
const SAID = { pick: "Picked", skip: "Skipped", later: "Left for later", "": "Undecided" };
let acts = []; // what was done, the latest last, each with what undoes it
let marked = null;
let stayed = null; // the card that was chosen about by key and stayed the current one, as none comes after it
let turns = 0;
const latest = new Map(); // the turn in which each story was decided last: an answer about an earlier one is old news
let refused = null; // the story whose choice the alarm is about: another's success is no reason to be silent of it
let line = Promise.resolve(); // acts reach the desk one after the other, in the order in which they were done

/** Have `work` done after all that was done before. */
function next(work) {
  const done = line.then(work);
  line = done.catch(() => {}); // what comes to grief holds up nothing that comes after it
  return done;
}

function did(act) {
  acts.push(act);
  count();
}

/** What came to nothing can not be undone, nor be undone again. */
function drop(act) {
  act.isVoid = true;
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

/** Show a choice at once; `told` is what the desk said last, for when it does not take it. */
function show(card, choice) {
  card.dataset.told ??= card.dataset.choice;
  card.dataset.choice = choice;
  for (const button of card.querySelectorAll("[data-do=pick], [data-do=later], [data-do=skip]"))
    button.setAttribute("aria-pressed", String(button.dataset.do === choice));
  count();
}

function count() {
  const cards = every().filter((card) => !passed?.contains(card));
  const picked = every().filter((card) => card.dataset.choice === "pick" && !("drafted" in card.dataset)).length;
  const decided = cards.filter((card) => card.dataset.choice).length;
  $("total").textContent = `${cards.length} ${cards.length === 1 ? "story" : "stories"}`;
  $("picked").textContent = picked;
  $("draft").disabled = picked === 0;
  $("decided").textContent = cards.length ? `${decided} of ${cards.length} decided` : "";
  $("undo").disabled = acts.length === 0;
}

const title = (card) => card.querySelector(".card__title").textContent.trim();

/** Tell the desk of a choice, or without one that the choice `was` is taken back; gives what it answers. */
function send(card, choice, was) {
  const [story, turn] = [storyOf(card), (turns += 1)];
  latest.set(story, turn);
  return next(async () => {
    const answer = await ask("/choose", { story, choice: choice || null, was: was || null });
    const here = cardOf(story); // it may be another card by now, or none
    if (here && "choice" in answer) here.dataset.told = answer.choice || "";
    if (here && latest.get(story) === turn) show(here, here.dataset.told ?? here.dataset.choice);
    if (answer.error) {
      refused = story;
      warn(`“${title(here || card)}”${answer.status === 409 ? ":" : " stays as it was."} ${answer.error}`);
    } else if (refused === null || refused === story) {
      refused = null;
      warn("");
    }
    return answer;
  });
}

async function choose(card, choice, onward) {
  const before = card.dataset.choice;
  if (before === choice && onward && stayed === card) return tell(`${SAID[choice]} already: ${title(card)}. Press u to undo.`);
  if (before === choice) return takeBack(card);
  const [story, act] = [storyOf(card), { undo: () => restore(story, before, choice) }];
  show(card, choice);
  did(act);
  tell(`${SAID[choice]}: ${title(card)}`);
  if (onward) step(1);
  stayed = onward && current() === card ? card : null;
  if ((await send(card, choice, "")).error) drop(act);
}

/** What was pressed is pressed again: the choice before it stands, if there was any. */
async function takeBack(card) {
  const was = card.dataset.choice;
  const [story, act] = [storyOf(card), { undo: () => restore(story, was, "") }];
  show(card, "");
  did(act);
  const answer = await send(card, "", was);
  if (answer.error) return drop(act);
  tell(`Taken back. ${SAID[answer.choice || ""]}: ${title(card)}`);
}

// -- undoing: each act by the one that is its opposite

async function undo() {
  const last = acts.pop();
  const at = acts.length;
  count();
  if (!last) return tell("Nothing to undo.");
  const answer = await last.undo();
  if (answer?.status !== 0 || last.isVoid) return; // done, or refused for good
  acts.splice(at, 0, last); // the desk did not hear of it: it can be tried again
  count();
}

/** What stood before stands again: `before` is chosen anew, or what was chosen after it is taken back. */
function restore(story, before, after) {
  const card = cardOf(story);
  if (!card) return tell("Its story stands here no more.");
  show(card, before);
  goTo(card);
  tell(`Undone. ${SAID[before]}: ${title(card)}`);
  return send(card, after ? "" : before, after);
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
  const stories = [storyOf(marked), storyOf(card)];
  mark(null);
  const act = { undo: () => next(() => unmerge(act)) };
  did(act);
  return next(() => doMerge(act, stories));
}

async function doMerge(act, stories) {
  const second = cardOf(stories[1]);
  const entries = second ? entriesOf(second) : [];
  const { cards: [merged] } = await changed(act, "/merge", { stories }, stories);
  if (!merged) return;
  [act.story, act.entries] = [storyOf(merged), entries];
  tell(`Told as one: “${title(merged)}”, ${entriesOf(merged).length} reports.`);
}

async function unmerge({ story, entries }) {
  if (!story) return; // it came to nothing, and that was told
  const { answer, cards: [first, second] } = await changed(null, "/split", { story, entries }, [story]);
  if (second) tell(`Undone. Told apart again: “${title(first)}” and “${title(second)}”.`);
  return answer;
}

/** Have stories joined or parted, and show the cards of what came of the stories `gone`; `act` is void if it fails. */
async function changed(act, path, said, gone) {
  const before = gone.map(cardOf);
  const isHere = before.every(Boolean); // an act before this one may have joined or parted them
  const answer = isHere ? await ask(path, said) : { error: "Its story stands here no more." };
  if (!answer.error) return { answer, cards: await regroup(before, answer.stories) };
  if (act) drop(act);
  refused = null;
  warn(answer.error);
  return { answer, cards: [] };
}

/** The cards of stories as the desk has them now. */
async function cardsOf(stories) {
  const found = await fetched(`/cards?${new URLSearchParams(stories.map((story) => ["story", story]))}`);
  return [...(found?.querySelectorAll(".card") ?? [])];
}

/** Put the cards of these stories where the first of those that are gone stood; nothing else on the page moves. */
async function regroup(gone, stories) {
  const found = await cardsOf(stories);
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
  if (refused === null) warn("");
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
  const [story, act] = [storyOf(parting), { undo: () => next(() => unsplit(act)) }];
  did(act);
  return next(async () => {
    const { cards: [rest, apart] } = await changed(act, "/split", { story, entries }, [story]);
    if (!apart) return;
    act.stories = [storyOf(rest), storyOf(apart)];
    tell(`Told apart: “${title(apart)}” stands behind it.`);
  });
}

async function unsplit({ stories }) {
  if (!stories) return;
  const { answer, cards: [merged] } = await changed(null, "/merge", { stories }, stories);
  if (merged) tell(`Undone. Told as one again: “${title(merged)}”.`);
  return answer;
}

// -- all together

/** Make the shortlist anew, `again` with what was passed over behind it. */
async function select(again) {
  await line;
  tell("Selecting …");
  const answer = await ask("/select", { again });
  if (answer.error) return warn(answer.error);
  location.assign(again ? "/?again" : "/");
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

main.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) DO[button.dataset.do](button.closest(".card"), false);
});
main.addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (card) for (const other of every()) other.tabIndex = other === card ? 0 : -1;
  if (card !== stayed) stayed = null;
});
$("undo").addEventListener("click", undo);
$("anew").addEventListener("click", () => select(Boolean(passed)));
$("again").addEventListener("click", () => (passed ? location.assign("/") : select(true)));
$("draft").addEventListener("click", draft);
$("help").addEventListener("click", () => $("keys").showModal());
$("do-split").addEventListener("click", doSplit);
for (const button of document.querySelectorAll("[data-close]"))
  button.addEventListener("click", () => button.closest("dialog").close());
$("use-keys").checked = usesKeys();
$("use-keys").addEventListener("change", (event) => localStorage.setItem("byline-keys", event.target.checked ? "on" : "off"));
count();
if (passed) passed.querySelector(".card") ? goTo(passed.querySelector(".card")) : $("passed-title").focus();
