// Page-wide chores that the framework leaves open: the document's language and title, the map
// position behind the "#", and the framework's own English words on a Chinese page.
(() => {
  const settings = __SETTINGS__;
  const root = document.documentElement;
  root.lang = settings.language;

  const atlas = (window.haizhuAtlas ??= { originals: new WeakMap(), words: [] });
  document.title = atlas.title = settings.title;
  atlas.words = settings.words.map(([english, chinese]) => {
    const literal = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "(.+?)");
    return [new RegExp(`^\\s*${literal}\\s*$`), chinese];
  });
  atlas.mapTitle = settings.mapTitle;

  const inChinese = (written) => {
    for (const [pattern, chinese] of atlas.words) {
      const found = pattern.exec(written);
      if (found) {
        let next = 0;
        return chinese.replace(/\{\w+\}/g, () => found[++next]);
      }
    }
    return null;
  };
  const swap = (holder, slot, read, write) => {
    const known = atlas.originals.get(holder) ?? {};
    const now = read();
    if (!now || now === known[slot]?.chinese) {
      if (known[slot] && !atlas.words.length) write(known[slot].english);
      return;
    }
    const chinese = inChinese(now);
    if (chinese === null) return;
    known[slot] = { english: now, chinese };
    atlas.originals.set(holder, known);
    write(chinese);
  };
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const translate = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      swap(node, "text", () => node.nodeValue, (words) => { node.nodeValue = words; });
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.closest("script, style, .atlas-table, .sheet")) return;
    for (const name of ATTRIBUTES) {
      swap(node, name, () => node.getAttribute(name), (words) => node.setAttribute(name, words));
    }
    if (node.tagName === "IFRAME" && node.title !== atlas.mapTitle) node.title = atlas.mapTitle;
    node.childNodes.forEach(translate);
  };
  atlas.translate = translate;
  translate(document.body);

  atlas.save = (name, content, mediaType) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  if (atlas.observer) return;
  atlas.observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach((node) => atlas.translate(node));
      else atlas.translate(change.target);
    }
  });
  atlas.observer.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
  new MutationObserver(() => {
    if (atlas.title && document.title !== atlas.title) document.title = atlas.title;
  }).observe(document.head, { subtree: true, childList: true, characterData: true });

  // The framework writes the address without what stands behind "#": keep the map's position.
  for (const method of ["pushState", "replaceState"]) {
    const original = history[method].bind(history);
    history[method] = (state, unused, url) => {
      const position = location.hash.startsWith("#map=") ? location.hash : "";
      const bare = typeof url === "string" && !url.includes("#");
      original(state, unused, bare ? url + position : url);
    };
  }
})();
