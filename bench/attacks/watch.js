// In every document and frame, before anything of the page: tells the page at the top what runs, and what would if it
// were touched. A sheet is such a page at the top, with a frame for each of many documents.
(() => {
  const RUNS = /^(javascript:|vbscript:|data:(text\/html|text\/xml|image\/svg|application\/))/i;
  const runs = (address) => RUNS.test(address.replace(/[\0-\x20]/g, ""));
  const ADDRESSES = "href src action formaction data xlink:href".split(" ");
  const FOCUSED = "a, area, button, input, select, textarea, summary, body, [tabindex], [contenteditable]";
  const top = window.top;
  const post = top.postMessage.bind(top);
  const later = setTimeout;
  let touched = false;

  const tell = (kind, what) => post({ watched: kind, what: String(what).slice(0, 200), at: location.href }, "*");
  for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => tell(touched ? "clicked" : "ran", name);
  const broken = ({ violatedDirective, blockedURI, sample }) => tell("reported", `${violatedDirective} ${blockedURI} ${sample}`);
  addEventListener("securitypolicyviolation", broken, true);

  // What only leads to another page leads nowhere.
  const stay = (event) => {
    const link = event.target.closest?.(event.type === "click" ? "a, area" : "form");
    const leads = (name) => runs(event.submitter?.getAttribute("formaction") ?? link.getAttribute(name) ?? "");
    if (link && !["href", "xlink:href", "action"].some(leads)) event.preventDefault();
  };
  for (const name of ["click", "submit"]) addEventListener(name, stay, true);

  /** Tell what in `page` would run if it was touched. */
  const left = (page) => {
    for (const element of page.querySelectorAll("*"))
      for (const { name, value } of element.attributes)
        if (name.startsWith("on") || (ADDRESSES.includes(name) && runs(value))) tell("left", `<${element.localName} ${name}=${value}`);
  };

  /** Do to each element within `page` what people do, and what it waits for; but for those that `spared` selects. */
  const touch = (page, spared) => {
    touched = true;
    left(page);
    for (const element of page.querySelectorAll("*")) {
      if (spared && element.closest(spared)) continue;
      const waits = element.getAttributeNames().filter((name) => name.startsWith("on"));
      const happens = (name, Kind) => element.dispatchEvent(new Kind(name, { bubbles: true, cancelable: true }));
      element.removeAttribute("target");
      happens("mouseover", MouseEvent);
      if (element.matches(FOCUSED)) happens("focus", FocusEvent), happens("keydown", KeyboardEvent);
      happens("click", MouseEvent);
      for (const name of waits) element.dispatchEvent(new Event(name.slice(2), { cancelable: true }));
    }
  };
  addEventListener("message", ({ data, source }) => {
    if (source !== top || !data?.touch) return;
    touch(document, data.spared);
    later(() => tell("touched", ""), data.touch);
  });
  if (window !== top) return;

  const told = [];
  let frames = [];
  let isTouched = () => {};
  const wait = (milliseconds) => new Promise((done) => later(done, milliseconds));

  /** The frame of the sheet that a window is, or is in. */
  const frameOf = (source) => {
    while (source && source.parent !== window && source.parent !== source) source = source.parent;
    return frames.find((frame) => source && frame.contentWindow === source);
  };
  addEventListener("message", ({ data, source }) => {
    if (data?.watched === "touched") isTouched(frameOf(source));
    else if (data?.watched) told.push([data.watched, frameOf(source)?.dataset.path || data.at, data.what]);
  });

  const opened = (path, sandbox) => {
    const frame = document.createElement("iframe");
    if (sandbox) frame.sandbox = sandbox;
    frame.dataset.path = frame.src = path;
    const loaded = new Promise((done) => (frame.onload = () => done(frame)));
    document.body.append(frame);
    return [frame, loaded];
  };

  window.watch = {
    left,
    touch,
    taken: () => told.splice(0),
    /** Open the documents at `paths` in frames and touch all that is in them. Gives what was told, the headings of
     *  each that may be read, and which were not done in time. */
    async sheet({ paths, sandbox, spared, settle, patience }) {
      const each = paths.map((path) => opened(path, sandbox));
      frames = each.map(([frame]) => frame);
      await Promise.race([Promise.all(each.map(([, loaded]) => loaded)), wait(patience)]);
      await wait(settle);
      const open = new Set(frames);
      const all = new Promise((done) => (isTouched = (frame) => open.delete(frame) && !open.size && done()));
      for (const frame of frames) frame.contentWindow.postMessage({ touch: settle, spared }, "*");
      await Promise.race([all, wait(patience)]);
      const headings = frames.map((frame) => [...(frame.contentDocument?.querySelectorAll("h1") ?? [])].map((each) => each.textContent));
      const late = [...open].map((frame) => frame.dataset.path);
      for (const frame of frames) frame.remove();
      return { told: told.splice(0), headings, late };
    },
  };
})();
