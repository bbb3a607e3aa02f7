// Two texts beside each other: the lines that differ are marked, and both begin at the first of them.

import { made } from "./talk.js";

const MOST = 4e6; // so many pairs of lines are compared; of more, all between the first and the last difference count
const ROOM = 40; // pixels above the first difference, so that the line before it is in sight
const [mine, theirs] = ["mine", "theirs"].map((id) => document.getElementById(id));
const layers = new Map([mine, theirs].map((box) => [box, made("div", { class: "marks", "aria-hidden": "true" })]));
const linesOf = (box) => box.value.split("\n");

/** The lines that differ, as [first, of one, of the other]: a number from 0, and two sets of such. */
function differing(one, other) {
  const most = Math.min(one.length, other.length);
  let first = 0;
  while (first < most && one[first] === other[first]) first += 1;
  let end = 0;
  while (end < most - first && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const same = inBoth(one.slice(first, one.length - end), other.slice(first, other.length - end));
  const rest = (lines, kept) => [...lines.keys()].filter((at) => at >= first && at < lines.length - end && !kept.has(at - first));
  return [first, new Set(rest(one, same[0])), new Set(rest(other, same[1]))];
}

/** The lines that stand in both in the same order, as many as there can be: their numbers in each. */
function inBoth(one, other) {
  if (one.length * other.length > MOST) return [new Set(), new Set()];
  const run = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      run[i][j] = one[i] === other[j] ? run[i + 1][j + 1] + 1 : Math.max(run[i + 1][j], run[i][j + 1]);
  const same = [new Set(), new Set()];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) [same[0].add(i), same[1].add(j), (i += 1), (j += 1)];
    else if (run[i + 1][j] >= run[i][j + 1]) i += 1;
    else j += 1;
  }
  return same;
}

/** Mark what differs now, behind the texts and in words. Gives the first line that does. */
function mark() {
  const [first, ...marked] = differing(linesOf(mine), linesOf(theirs));
  [mine, theirs].forEach((box, at) => {
    const line = (words, number) => made("div", marked[at].has(number) ? { class: "marks__other" } : {}, made("span", {}, words || " "));
    layers.get(box).replaceChildren(...linesOf(box).map(line));
    layers.get(box).scrollTop = box.scrollTop;
  });
  const [here, there] = marked.map((lines) => `${lines.size} ${lines.size === 1 ? "line" : "lines"}`);
  const differ = `From line ${first + 1} on they differ: ${here} here, ${there} there. These are marked.`;
  document.getElementById("differ").textContent = marked.some((lines) => lines.size) ? differ : "They are the same now.";
  return first;
}

/** Begin both at the first difference. The dialog with them is open. */
export function showBoth() {
  const first = mark();
  const at = linesOf(mine).slice(0, first).join("\n").length + (first ? 1 : 0);
  mine.setSelectionRange(at, at);
  for (const [box, layer] of layers) {
    const last = layer.lastElementChild;
    box.scrollTop = (layer.children[first]?.offsetTop ?? last.offsetTop + last.offsetHeight) - ROOM;
  }
}

for (const [box, layer] of layers) {
  box.before(layer);
  box.addEventListener("scroll", () => (layer.scrollTop = box.scrollTop));
}
mine.addEventListener("input", mark);
