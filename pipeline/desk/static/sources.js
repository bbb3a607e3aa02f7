// The sources beside the text: what can be quoted of each, and how others report the same.

import { isHeld, quote } from "./caret.js";
import { made, tell } from "./talk.js";

const pane = document.getElementById("sources");
let shown = ""; // what the pane shows, without the lines of the takes
let takes = {}; // in which lines the take of each source stands

/** Show these sources; nothing moves while they stay the same. `last` is the last line of the text. */
export function showSources(sources, last) {
  const starts = sources.map((source) => source.line);
  const end = (line) => Math.min(...starts.filter((other) => other > line).map((other) => other - 1), last);
  takes = Object.fromEntries(sources.map(({ url, line }) => [url, [line, end(line)]]));
  const told = JSON.stringify(sources.map(({ line, ...rest }) => rest));
  if (shown === told) return;
  shown = told;
  pane.replaceChildren(...sources.map(source));
}

/** What stands below the heading in the line `first` has moved down, until the desk tells anew where it is. */
function moved(first, by) {
  takes = Object.fromEntries(
    Object.entries(takes).map(([url, [start, end]]) => [url, [start > first ? start + by : start, end >= first ? end + by : end]]),
  );
}

function outward(url, words) {
  return made("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words);
}

function source(told) {
  const lines = told.sentences.map((sentence) => {
    const button = made("button", { type: "button", class: "sentence" }, sentence.text);
    button.addEventListener("click", () => {
      if (isHeld()) return tell("One moment: the file is being changed.");
      const [first, last] = takes[told.url];
      moved(first, quote(sentence.markdown, first, last));
      tell("Quoted.");
    });
    return made("li", {}, button);
  });
  const none = made("p", { class: "quiet" }, "Nothing is stored of it: see `byline select --articles`.");
  const list = lines.length ? made("ul", {}, ...lines) : none;
  const title = made("h3", {}, outward(told.url, told.title));
  return made("section", { class: "source" }, title, made("p", { class: "quiet" }, told.from), list, ...others(told.others));
}

/** Other reports of the same, to compare: a quotation must stand in its take's own source, so nothing is to press. */
function others(reports) {
  if (!reports.length) return [];
  const folded = reports.map((report) => {
    const title = report.url ? outward(report.url, report.title) : report.title;
    const sentences = report.sentences.map((sentence) => made("li", {}, sentence));
    return made("details", { class: "other" }, made("summary", {}, report.publisher), made("p", {}, title), made("ul", {}, ...sentences));
  });
  return [made("h4", {}, "Also reported by"), ...folded];
}
