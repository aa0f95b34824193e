// What the picture says about itself: legend, badges, north, scale and the lines at its foot.
"use strict";
(function (atlas) {
  const COLUMN_LINES = 9; // of a column of the legend

  function make(tag, className, parent, words) {
    const element = L.DomUtil.create(tag, className, parent);
    if (words !== undefined) element.textContent = words;
    return element;
  }

  // A corner of the map that holds plain elements and swallows the pointer.
  const Corner = L.Control.extend({
    initialize: function (className, position) {
      L.setOptions(this, { position });
      this.box = L.DomUtil.create("div", className);
    },
    onAdd: function () {
      L.DomEvent.disableClickPropagation(this.box);
      L.DomEvent.disableScrollPropagation(this.box);
      return this.box;
    },
  });

  const Scale = L.Control.Scale.extend({
    // Leaflet writes "m" and "km" itself.
    _updateMetric: function (maxMeters) {
      const metres = this._getRoundNum(maxMeters), words = this.options.words;
      const label = metres < 1000 ? `${metres} ${words.scale_m}` : `${metres / 1000} ${words.scale_km}`;
      this._mScale.style.width = Math.round((this.options.maxWidth * metres) / maxMeters) + "px";
      this._mScale.textContent = label;
    },
  });

  atlas.addFurniture = function (view) {
    const { map, text } = view;
    L.control.zoom({ position: "topleft", zoomInTitle: text.zoom_in, zoomOutTitle: text.zoom_out }).addTo(map);
    const home = new Corner("leaflet-bar atlas-home", "topleft").addTo(map);
    const button = make("a", "", home.box);
    Object.entries({ href: "#", role: "button", title: text.fit, "aria-label": text.fit }).forEach(([k, v]) => button.setAttribute(k, v));
    const picture = atlas.svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, button);
    atlas.svg("path", { d: "M2 6 V2 H6 M10 2 H14 V6 M14 10 V14 H10 M6 14 H2 V10", fill: "none", stroke: "#12222f", "stroke-width": 1.8 }, picture);
    L.DomEvent.on(button, "click", (event) => { L.DomEvent.preventDefault(event); atlas.goHome(view); });

    view.badges = new Corner("atlas-badges", "topright").addTo(map).box;
    view.foot = new Corner("atlas-foot", "bottomright").addTo(map).box;
    // However many lines the foot takes, scale and north arrow stand above it.
    new ResizeObserver(() => map.getContainer().style.setProperty("--atlas-foot-height", `${view.foot.offsetHeight}px`)).observe(view.foot);
    view.legend = make("details", "atlas-legend", new Corner("atlas-legend-box", "bottomright").addTo(map).box);
    view.legend.open = map.getSize().x > 600; // folded at first on a phone
    view.legend.addEventListener("click", (event) => {
      if (event.target.closest("summary")?.parentElement === view.legend) view.legendChosen = true;
    });
    new Scale({ position: "bottomleft", imperial: false, maxWidth: 110, words: text }).addTo(map);
    const north = new Corner("atlas-north", "bottomleft").addTo(map).box;
    north.setAttribute("role", "img");
    north.setAttribute("aria-label", text.north_title);
    const arrow = atlas.svg("svg", { viewBox: "0 0 20 26", width: 20, height: 26, "aria-hidden": "true" }, north);
    atlas.svg("path", { d: "M10 1 L17 25 L10 19 Z", fill: "#12222f" }, arrow);
    atlas.svg("path", { d: "M10 1 L3 25 L10 19 Z", fill: "#fff", stroke: "#12222f", "stroke-width": 1 }, arrow);
    make("span", "", north, text.north);
  };

  function list(parent, rows) {
    const box = make("ul", "", parent);
    for (const [picture, words] of rows) {
      const line = make("li", "", box);
      line.appendChild(picture);
      make("span", "", line, words);
    }
  }

  function statusPicture(status) {
    const picture = atlas.svg("svg", { width: 26, height: 14, "aria-hidden": "true" });
    atlas.svg("rect", { x: 0.5, y: 0.5, width: 25, height: 13, fill: atlas.statusFill(status), stroke: "#33424f" }, picture);
    return picture;
  }

  function linePicture(style) {
    const picture = atlas.svg("svg", { width: 26, height: 8, "aria-hidden": "true" });
    const dash = { solid: "none", long: "11 4", short: "5 4", drawn: "6 3" }[style];
    const stroke = style === "drawn" ? "#a8005c" : "#33424f";
    atlas.svg("path", { d: "M0 4 H26", stroke, "stroke-width": 1.8, "stroke-dasharray": dash }, picture);
    return picture;
  }

  function dotPicture(colour, hollow) {
    const picture = atlas.svg("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" });
    atlas.svg("circle", { r: 3.6, fill: hollow ? "#fff" : colour, stroke: hollow ? colour : "#fff", "stroke-width": 1.2 }, picture);
    return picture;
  }

  // What is on the map stands open; the classes that no zone has are folded beneath.
  function statusSection(legend, text) {
    const rows = (entries) => entries.map((entry) => [
      statusPicture(entry.status), `${entry.symbol} ${entry.word}${entry.count ? ` (${entry.count})` : ""}`,
    ]);
    const absent = legend.status.filter((entry) => !entry.count);
    return {
      title: legend.status_title, notes: legend.status_notes, rows: rows(legend.status.filter((entry) => entry.count)),
      folded: absent.length ? { title: `${text.legend_absent} (${absent.length})`, rows: rows(absent) } : null,
    };
  }

  function pointRows(view) {
    return [...view.pointLayers.values()].flatMap((canvas) => {
      const { title, planned_title: planned, colour } = canvas._data;
      const built = [dotPicture(colour, false), title];
      return canvas._planned.includes(1) ? [built, [dotPicture(colour, true), planned]] : [built];
    });
  }

  function placeSection(view) {
    const rows = [...new Map(view.placeSymbols())].map(([word, look]) => [atlas.symbolPicture(look), word]);
    if (view.places.size > 1) rows.push([atlas.stackPicture("n"), view.text.places_stacked]);
    return { title: view.text.legend_places, rows, after: view.hasRings() ? view.text.confidence : "" };
  }

  function legendSections(view, legend) {
    const lines = legend.lines.map((entry) => [linePicture(entry.style), entry.word]);
    const sections = [
      { title: legend.lines_title, rows: lines },
      { title: view.text.legend_points, rows: pointRows(view) },
      { title: view.text.legend_context, rows: [...view.contextLayers.values()].map((data) => [atlas.contextPicture(data), data.title]) },
      placeSection(view),
    ];
    if (view.coverage) sections.unshift(view.coverage);
    if (legend.status.length) sections.unshift(statusSection(legend, view.text));
    return sections.filter((section) => section.rows.length || section.folded);
  }

  // Sections one beside the other, the short ones one below the other: the legend stays low.
  function drawLegend(view, legend) {
    const box = view.legend, wasOpen = box.open;
    box.replaceChildren();
    make("summary", "", box, view.text.legend);
    const body = make("div", "atlas-legend-body", box);
    Object.entries({ tabindex: "0", role: "group", "aria-label": view.text.legend }).forEach(([k, v]) => body.setAttribute(k, v));
    let column = null, height = Infinity;
    for (const { title, notes = [], rows, folded, after } of legendSections(view, legend)) {
      const lines = 1 + notes.length + rows.length + (folded || after ? 1 : 0);
      if (height + lines > COLUMN_LINES) {
        column = make("div", "", body);
        height = 0;
      }
      height += lines;
      make("h3", "", column, title);
      for (const note of notes) make("p", "", column, note);
      list(column, rows);
      if (after) make("p", "", column, after);
      if (!folded) continue;
      const more = make("details", "", column);
      make("summary", "", more, folded.title);
      list(more, folded.rows);
    }
    box.open = wasOpen;
  }

  atlas.kinds.furniture = function (view, name, data) {
    const holds = JSON.stringify([data, [...view.pointLayers.keys()], [...view.contextLayers.values()].map((own) => own.title), view.placeSymbols(), view.tileSource, view.coverage && view.coverage.notes]);
    if (holds === view.furnitureHolds) return L.layerGroup();
    view.furnitureHolds = holds;
    drawLegend(view, data.legend);
    view.badges.replaceChildren();
    for (const badge of data.badges) {
      const element = make("span", "atlas-badge", view.badges, badge.word);
      element.title = badge.why;
    }
    view.foot.replaceChildren();
    make("strong", "", view.foot, data.foot.review);
    for (const words of [data.foot.disclaimer, data.foot.sources, view.tileSource]) if (words) make("span", "", view.foot, words);
    return L.layerGroup();
  };
  // The legend lists what the other layers hold at this moment.
  atlas.kinds.furniture.always = true;
})(window.atlas);
