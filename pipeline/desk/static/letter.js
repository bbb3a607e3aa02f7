// The page of one letter: once the post or a template is saved, all that shows it is made anew.

import { fetched, tell, warn } from "./talk.js";

const EVERY = 700; // milliseconds
const main = document.querySelector("main");
const frames = [...document.querySelectorAll("iframe")];
let mark = main.dataset.mark;

/** A link in a frame leads nowhere: the frame is to show the letter. */
function stay(event) {
  if (event.target.closest?.("a[href]")) event.preventDefault();
}

/** Let what is shown again stay where it was scrolled to. */
function shown(frame) {
  const page = frame.contentDocument;
  if (!page) return;
  page.addEventListener("click", stay);
  const at = Number(frame.dataset.at || 0);
  if (page.scrollingElement) page.scrollingElement.scrollTop = at;
  page.addEventListener("scroll", () => (frame.dataset.at = page.scrollingElement.scrollTop));
}

async function look() {
  const answer = await fetch("/mark").catch(() => null);
  if (!answer?.ok) return warn("It is shown no more: start `byline letter` again, and open the address that it prints.");
  const now = (await answer.json()).mark;
  if (now === mark) return;
  const page = await fetched("/");
  if (!page) return;
  mark = now;
  for (const part of ["told", "header", "findings"]) {
    const made = page.getElementById(part);
    if (made) document.getElementById(part).replaceWith(document.adoptNode(made));
  }
  const problem = document.getElementById("told").dataset.problem;
  warn(problem ? `The letter waits: ${problem}` : "");
  if (problem) return; // the frames go on showing what could be made
  document.title = page.title;
  for (const frame of frames) frame.contentWindow.location.reload();
  tell("Made anew.");
}

for (const frame of frames) {
  frame.addEventListener("load", () => shown(frame));
  if (frame.contentDocument?.readyState === "complete") shown(frame);
}
async function watch() {
  await look();
  setTimeout(watch, EVERY);
}
watch();
