// The text as lines, with its prompts and takes, and where in it the caret stands.

import { made } from "./talk.js";

export const text = document.getElementById("text");
const PROMPT = /^<!-- Your (opening|words): .*-->\s*$/;
const COMMENT = /^<!-- .*-->\s*$/;
const EMPTY = /^[\w-]+:\s*(''|"")\s*$/; // a line of front matter that says nothing yet
const SHOWN = 1500; // milliseconds
const sign = made("div", { class: "sign", "aria-hidden": "true" });
let signing, signAt;
const lines = () => text.value.split("\n");

/** Whether the text waits for the file to be changed: nothing may be put into it meanwhile. */
export const isHeld = () => text.readOnly;

/** Where the line of this number starts; the first is 1. */
export const startOf = (line) => lines().slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
export const lineOfCaret = () => text.value.slice(0, text.selectionStart).split("\n").length;

/** Have a line in sight, and the caret where words are to come. A prompt is selected, as they take its place; a line of
 *  the author's own never is, as the next key would take it away. */
export function goToLine(line, options) {
  const [start, words] = [startOf(line), lines()[line - 1] ?? ""]; // the text may be shorter by now
  const isPrompt = PROMPT.test(words);
  const end = start + (EMPTY.test(words) ? words.search(/["']/) + 1 : words.length);
  text.focus(options);
  text.setSelectionRange(isPrompt ? start : end, end);
  reveal(start, end);
  if (!isPrompt) show(start, words);
}

/** Have the text from `start` to `end` in sight, or as much of its end as there is room for. */
export function reveal(start, end = start) {
  const [top, bottom] = [start, end].map((at) => heightOf(text.value.slice(0, at)));
  text.scrollTop = Math.max(top - text.clientHeight / 3, bottom - text.clientHeight * 0.9, 0);
}

/** Show for a moment which line it is. */
function show(start, words) {
  const none = heightOf("");
  const top = heightOf(text.value.slice(0, start)) - none / 2 - text.scrollTop;
  const [from, to] = [Math.max(top, 0), Math.min(top + heightOf(words || " ") - none, text.clientHeight)];
  sign.style.top = `${text.offsetTop + text.clientTop + from}px`;
  sign.style.height = `${to - from}px`;
  signAt = text.scrollTop;
  text.after(sign);
  clearTimeout(signing);
  signing = setTimeout(() => sign.remove(), SHOWN);
}

text.addEventListener("input", () => sign.remove());
text.addEventListener("scroll", () => text.scrollTop !== signAt && sign.remove());

/** How high this much of the text stands, as its lines are broken here. */
function heightOf(part) {
  const mirror = made("div", { class: "mirror", "aria-hidden": "true" }, part);
  mirror.style.width = `${text.clientWidth}px`;
  text.after(mirror);
  const height = mirror.scrollHeight;
  mirror.remove();
  return height;
}

/** As if it was typed, so that the browser can undo it. */
export function insert(words) {
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  }
}

/** Put `fresh` in the place of the text, by the part of it that is another. */
export function replace(fresh) {
  const old = text.value;
  let start = 0;
  while (start < old.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  text.focus();
  text.setSelectionRange(start, old.length - end);
  insert(fresh.slice(start, fresh.length - end));
}

// -- prompts

/** The line in which the body begins. */
function bodyLine() {
  const all = lines();
  let at = all[0] === "---" ? all.indexOf("---", 1) + 1 : 0;
  while (at < all.length - 1 && !all[at].trim()) at += 1;
  return at + 1;
}

/** The first line that waits for the author's words: a prompt that has none beside it; or else the body's first. */
export function waitingLine() {
  const all = lines();
  const isOwn = (line) => line !== undefined && !/^(#|>|---|<!--)/.test(line);
  const waits = (line, at) => {
    const before = all.slice(0, at).findLast((one) => one.trim());
    const after = all.slice(at + 1).find((one) => one.trim());
    return PROMPT.test(line) && !isOwn(before) && !isOwn(after);
  };
  return all.findIndex(waits) + 1 || bodyLine();
}

/** The line of the prompt of the take whose heading stands in this line; or that line, where there is none. */
export function promptOf(heading) {
  const all = lines();
  const depth = all[heading - 1].match(/^#+/)?.[0].length || 0;
  const next = all.findIndex((line, at) => at >= heading && (line.match(/^(#+) /)?.[1].length || 99) <= depth);
  const found = all.slice(0, next < 0 ? all.length : next).findIndex((line, at) => at >= heading && PROMPT.test(line));
  return found + 1 || heading;
}

// -- quoting

/** Put a quotation into the take of the lines `first` to `last`, and the caret on a line of its own below it.
 *  Gives by how many lines the text grew. */
export function quote(sentence, first, last) {
  const all = lines();
  const after = lineBefore(all, first, last);
  let next = after;
  while (next < all.length && !all[next].trim()) next += 1;
  const from = startOf(after) + all[after - 1].length;
  const words = `\n\n> ${sentence}\n\n`;
  text.focus();
  text.setSelectionRange(from, next < all.length ? startOf(next + 1) : text.value.length);
  insert(words + (next < all.length ? "\n\n" : "\n"));
  text.setSelectionRange(from + words.length, from + words.length);
  reveal(from);
  return lines().length - all.length;
}

/** The line after which a quotation stands: that of the caret, unless only the prompt asks for words there. */
function lineBefore(all, first, last) {
  const found = all.slice(first, last).findIndex((line) => PROMPT.test(line));
  const prompt = found < 0 ? last + 1 : first + found + 1;
  const caret = lineOfCaret();
  const wrote = all.slice(prompt, caret).some((line) => line.trim() && !COMMENT.test(line));
  let after = prompt - 1;
  if (caret > first && caret <= last && (caret < prompt || wrote)) {
    after = caret;
    while (after < last && all[after].trim() && all[after - 1].trim() && !COMMENT.test(all[after])) after += 1;
  } else if (prompt > last) {
    while (after > first && COMMENT.test(all[after - 1] || "<!-- -->")) after -= 1;
  }
  while (after > first && !all[after - 1].trim()) after -= 1;
  return after;
}

// -- for the previews

/** Where in the body the caret is: the last words before it in its line, and the share of the body above; or null. */
export function placeTyped() {
  const begin = startOf(bodyLine());
  const at = text.selectionStart;
  if (at < begin) return null;
  const line = text.value.slice(text.value.lastIndexOf("\n", at - 1) + 1, at);
  const words = line.split(/[^\p{L}\p{N} ]+/u).map((part) => part.trim()).filter((part) => part.length > 3).at(-1);
  return { words: (words || "").slice(-40), share: (at - begin) / Math.max(text.value.length - begin, 1) };
}
