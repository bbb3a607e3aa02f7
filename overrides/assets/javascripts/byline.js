// Light or dark, as the reader likes it, the search, and keys for what is wider than the page. Without this file the site
// follows the reader's system, and everything but the search works. Nothing is asked of anybody else, and nothing is
// remembered but the choice of light.
const find = name => document.querySelector(`[data-byline="${name}"]`);

const scheme = find("scheme");
if (scheme) {
  const root = document.documentElement;
  const dark = () => (root.dataset.scheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => scheme.setAttribute("aria-pressed", String(dark()));
  scheme.hidden = false;
  show();
  scheme.addEventListener("click", () => {
    root.dataset.scheme = dark() ? "light" : "dark";
    try { localStorage.setItem("byline-scheme", root.dataset.scheme); } catch { /* it holds until the page is left */ }
    show();
  });
}

for (const wide of document.querySelectorAll(".md-typeset table, .md-typeset pre > code")) {
  new ResizeObserver(() => {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; else wide.removeAttribute("tabindex");
  }).observe(wide);
}

const search = find("search");
if (search) {
  search.hidden = false;
  search.addEventListener("click", () => open());
  document.addEventListener("keydown", event => {
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    if ((event.key === "/" || event.key === "s") && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      open();
    }
  });
}

let dialog;

function open() {
  dialog ??= made();
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input").focus();
}

function made() {
  const label = search.getAttribute("aria-label");
  const box = Object.assign(document.createElement("dialog"), { className: "byline-search" });
  box.setAttribute("aria-label", label);
  const field = Object.assign(document.createElement("input"), { type: "search", autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", label);
  field.placeholder = label;
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => box.close());
  const row = Object.assign(document.createElement("div"), { className: "byline-search__row" });
  const list = document.createElement("ol");
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  row.append(field, close);
  box.append(row, said, list);
  box.addEventListener("click", event => { if (event.target === box) box.close(); });
  let asked = 0;
  field.addEventListener("input", async () => {
    const mine = ++asked;
    await new Promise(done => setTimeout(done, 120));
    if (mine !== asked) return;
    const found = field.value.trim() ? await results(field.value) : [];
    if (mine !== asked) return;
    list.replaceChildren(...found.map(shown));
    said.textContent = field.value.trim() && !found.length ? search.dataset.none : "";
  });
  document.body.append(box);
  return box;
}

let index;

// The index is in parts, one for each few years, so that a build makes anew only the part in which something changed.
async function loaded() {
  const base = new URL(search.dataset.base, location);
  const [first, ...others] = search.dataset.indexes.split(" ").map(part => new URL(part, base));
  const options = { baseUrl: base.pathname, excerptLength: 24 };
  const pagefind = await import(new URL("pagefind.js", first));
  await pagefind.options(options);
  await Promise.all(others.map(part => pagefind.mergeIndex(part.href, options)));
  return pagefind;
}

async function results(words) {
  index ??= loaded();
  const { results: found } = await (await index).search(words);
  return Promise.all(found.slice(0, 12).map(each => each.data()));
}

function shown(result) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: result.url, textContent: result.meta.title });
  const words = document.createElement("p");
  // The excerpt is text with <mark> around what was found; it is taken apart, and never shown as markup.
  const parts = new DOMParser().parseFromString(result.excerpt, "text/html").body.childNodes;
  words.append(...[...parts].map(part => part.nodeName === "MARK"
    ? Object.assign(document.createElement("mark"), { textContent: part.textContent }) : part.textContent));
  item.append(link, words);
  return item;
}
