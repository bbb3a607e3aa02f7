// Words that are in no file yet, kept by the browser, so that they outlive the desk, the page and the browser itself.

const page = `${Date.now()} ${Math.random()}`; // another page of the same draft may keep words of its own
const nameOf = (path) => `byline-unsaved ${path}`;

/** What is kept of the draft in this file: {page, text, mark}, or null; `mark` is that of the file it was based on. */
export function kept(path) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(path)));
  } catch {
    return null;
  }
}

export function keep(path, text, mark) {
  try {
    localStorage.setItem(nameOf(path), JSON.stringify({ page, text, mark }));
  } catch {
    // the browser has no room for it, or keeps nothing: the words stand on the page still
  }
}

/** Keep nothing more of it; `saved` is what the file holds, which is unsaved on no page. */
export function forget(path, saved) {
  const found = kept(path);
  if (found && (found.page === page || found.text === saved)) localStorage.removeItem(nameOf(path));
}
