// Areas drawn on the map: polygon, rectangle and circle, by pointer, finger or keyboard. The page hears of a shape once,
// when it is finished; until then nothing leaves the map.
"use strict";
(function (atlas) {
  const DRAGGED = 4; // pixels by which a press that moves the map differs from one that draws
  const NEAR = { mouse: 8, touch: 20, pen: 12 }; // pixels within which a press means the corner that is there
  const AFTERWARDS = 600; // milliseconds in which the second half of a double click may still come
  const SHAPES = ["polygon", "rectangle", "circle"];
  const COLOUR = "#a8005c";
  const PICTURES = {
    polygon: "M3 12 L2 5 L9 2 L14 7 L11 14 Z", rectangle: "M2.5 4 H13.5 V12 H2.5 Z", circle: "M2.5 8 a5.5 5.5 0 1 0 11 0 a5.5 5.5 0 1 0 -11 0 Z",
    finish: "M2.5 8.5 L6.5 12.5 L13.5 4", back: "M6 3 L2.5 6.5 L6 10 M3 6.5 H10 a3.5 3.5 0 0 1 0 7 H7", off: "M3.5 3.5 L12.5 12.5 M12.5 3.5 L3.5 12.5",
  };
  const LOOK = { pane: "atlas-drawn", color: COLOUR, weight: 2.2, fillColor: COLOUR, fillOpacity: 0.14 };

  // ---- measures on the ellipsoid, exact to a millionth within some kilometres ----
  function metresPerDegree(lat) {
    const e2 = 0.00669437999014, turn = Math.PI / 180, sine = Math.sin(lat * turn), w = 1 - e2 * sine * sine;
    return { north: (6378137 * (1 - e2) * turn) / w ** 1.5, east: (6378137 * Math.cos(lat * turn) * turn) / Math.sqrt(w) };
  }
  atlas.metresBetween = function (from, to) {
    const per = metresPerDegree((from[0] + to[0]) / 2);
    return Math.hypot((to[0] - from[0]) * per.north, (to[1] - from[1]) * per.east);
  };
  atlas.circleRing = function (centre, radius, corners = 120) {
    const per = metresPerDegree(centre[0]);
    return Array.from({ length: corners }, (_, i) => {
      const turn = (2 * Math.PI * i) / corners;
      return [centre[0] + (radius * Math.sin(turn)) / per.north, centre[1] + (radius * Math.cos(turn)) / per.east];
    });
  };
  atlas.boxRing = ([[south, west], [north, east]]) => [[south, west], [south, east], [north, east], [north, west]];
  atlas.ringOf = ({ kind, corners, radius_m: radius }) =>
    kind === "circle" ? atlas.circleRing(corners[0], radius) : kind === "rectangle" ? atlas.boxRing(corners) : corners;

  // ---- edges that meet ----
  const side = (a, b, c) => Math.sign((b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]));
  const within = (a, b, c) =>
    Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
  function meet([a, b], [c, d]) {
    const [p, q, r, s] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
    if (p !== q && r !== s) return true;
    return [[p, a, b, c], [q, a, b, d], [r, c, d, a], [s, c, d, b]].some(([on, x, y, z]) => on === 0 && within(x, y, z));
  }
  const edgesOf = (points) => points.slice(1).map((point, i) => [points[i], point]);
  // Edges that follow one another share a corner and meet there alone.
  atlas.crossesItself = function (ring) {
    const edges = edgesOf([...ring, ring[0]]), last = edges.length - 1;
    return edges.some((one, i) => edges.some((other, j) => j > i + 1 && !(i === 0 && j === last) && meet(one, other)));
  };
  const wouldCross = (points, next) => edgesOf(points).slice(0, -1).some((edge) => meet(edge, [points[points.length - 1], next]));

  // ---- the desk: tools, the sketch under the pointer, what is said of it ----
  function deskOf(view) {
    if (view.desk) return view.desk;
    const desk = { view, tool: null, points: [], finished: 0, sketch: L.layerGroup().addTo(view.map), buttons: {} };
    view.desk = desk;
    addTools(desk);
    desk.banner = L.DomUtil.create("div", "atlas-placing-banner atlas-drawing-banner", view.map.getContainer());
    desk.banner.setAttribute("role", "status");
    follow(desk);
    return desk;
  }

  const Tools = L.Control.extend({
    options: { position: "topleft" },
    onAdd: function () {
      const box = L.DomUtil.create("div", "leaflet-bar atlas-tools");
      box.setAttribute("role", "toolbar");
      L.DomEvent.disableClickPropagation(box);
      return box;
    },
  });

  function addTools(desk) {
    desk.control = new Tools().addTo(desk.view.map);
    const press = { finish: () => finish(desk), back: () => takeBack(desk), off: () => callOff(desk) };
    for (const name of [...SHAPES, ...Object.keys(press)]) {
      const button = L.DomUtil.create("a", `atlas-tool-${name}${press[name] ? " atlas-at-work-only" : ""}`, desk.control.getContainer());
      button.href = "#";
      button.setAttribute("role", "button");
      const picture = atlas.svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, button);
      atlas.svg("path", { d: PICTURES[name], fill: "none", stroke: "#12222f", "stroke-width": 1.7 }, picture);
      const act = press[name] || (() => (desk.tool === name ? callOff(desk) : take(desk, name)));
      L.DomEvent.on(button, "click", (event) => { L.DomEvent.preventDefault(event); act(); });
      button.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); act(); } });
      desk.buttons[name] = button;
    }
  }

  function nameTools(desk) {
    const words = desk.data.text;
    desk.control.getContainer().setAttribute("aria-label", words.tools);
    for (const [name, button] of Object.entries(desk.buttons)) {
      button.title = words["tool_" + name];
      button.setAttribute("aria-label", words["tool_" + name]);
      if (SHAPES.includes(name)) button.classList.toggle("atlas-tool-idle", !desk.data.tools.includes(name));
    }
  }

  function take(desk, tool) {
    const { view } = desk;
    desk.tool = tool;
    desk.points = [];
    desk.notice = "";
    foldLegend(desk, Boolean(tool));
    view.isDrawing = Boolean(tool);
    view.map.getContainer().classList.toggle("atlas-drawing", Boolean(tool));
    desk.control.getContainer().classList.toggle("atlas-at-work", Boolean(tool));
    for (const name of SHAPES) desk.buttons[name].setAttribute("aria-pressed", String(name === tool));
    if (tool) {
      atlas.closeTip(view);
      view.map.getContainer().focus({ preventScroll: true });
    } else view.map.getContainer().classList.remove("atlas-by-keys");
    atlas.dropHandles(view);
    sketch(desk);
    if (!tool) atlas.setHandles(view);
  }

  // The legend gives way to what is drawn, and comes back afterwards.
  function foldLegend(desk, folds) {
    const { view } = desk;
    if (folds === Boolean(view.isDrawing)) return;
    if (folds) desk.legendWasOpen = view.legend.open;
    view.legend.open = folds ? false : desk.legendWasOpen;
  }

  const callOff = (desk) => take(desk, null);

  function takeBack(desk) {
    desk.points.pop();
    say(desk, "");
    sketch(desk);
  }

  function say(desk, notice) {
    desk.notice = notice;
    const keys = matchMedia("(hover: hover)").matches ? " " + desk.data.text.help_keys : "";
    const words = desk.tool ? desk.data.text["help_" + desk.tool] + keys : "";
    desk.banner.textContent = notice ? `${notice} ${words}` : desk.live ? `${desk.live} · ${words}` : words;
    desk.banner.style.display = desk.banner.textContent ? "" : "none";
  }
  atlas.sayDrawing = (view, notice) => say(view.desk, notice);

  // What the next press would make of the sketch.
  function sketch(desk) {
    const { tool, points, pointer, view } = desk;
    desk.live = "";
    desk.sketch.clearLayers();
    const loose = { ...LOOK, interactive: false, dashArray: "5 4" };
    const next = pointer ? [pointer.lat, pointer.lng] : null;
    if (tool && points.length) {
      const ahead = next ? [...points, next] : points;
      if (tool === "polygon") {
        if (ahead.length > 2) L.polygon(ahead, { ...loose, stroke: false }).addTo(desk.sketch);
        L.polyline(ahead, { ...loose, fill: false }).addTo(desk.sketch);
      } else if (ahead.length > 1) {
        const shape = shapeOf(desk, ahead);
        L.polygon(atlas.ringOf(shape), loose).addTo(desk.sketch);
        if (tool === "circle") desk.live = desk.data.text.live_radius.replace("%N%", shape.radius_m.toLocaleString("en"));
      }
      points.forEach((at, i) => L.circleMarker(at, { ...LOOK, interactive: false, radius: i ? 3.5 : 5, fillColor: "#fff", fillOpacity: 1 }).addTo(desk.sketch));
    }
    say(desk, desk.notice);
    view.map.getContainer().classList.toggle("atlas-sketching", Boolean(tool && points.length));
  }

  function shapeOf(desk, points) {
    if (desk.tool === "polygon") return { kind: "polygon", corners: points, radius_m: null };
    const [first, second] = points;
    if (desk.tool === "circle") {
      const [least, most] = desk.data.radius_m, wanted = Math.round(atlas.metresBetween(first, second));
      return { kind: "circle", corners: [first], radius_m: Math.min(Math.max(wanted, least), most) };
    }
    const lat = [first[0], second[0]], lon = [first[1], second[1]];
    return { kind: "rectangle", corners: [[Math.min(...lat), Math.min(...lon)], [Math.max(...lat), Math.max(...lon)]], radius_m: null };
  }

  // A press: a corner more, or the end where a press on a corner that is there means so.
  function press(desk, at, by) {
    const { map } = desk.view, { tool, points } = desk, words = desk.data.text, spot = map.latLngToContainerPoint(at);
    const on = (point) => point && map.latLngToContainerPoint(point).distanceTo(spot) <= (NEAR[by] || NEAR.mouse);
    if (tool !== "polygon") {
      if (points.length && on(points[0])) return;
      points.push([at.lat, at.lng]);
      if (points.length === 2) finish(desk);
      else sketch(desk);
      return;
    }
    if (on(points[points.length - 1]) || (points.length > 2 && on(points[0]))) return finish(desk);
    const next = [at.lat, at.lng];
    if (points.length >= desk.data.most_corners) return say(desk, words.live_many);
    if (points.length > 2 && wouldCross(points, next)) return say(desk, words.live_crossing);
    points.push(next);
    desk.notice = "";
    sketch(desk);
  }

  function finish(desk) {
    const { tool, points, view } = desk, words = desk.data.text;
    if (tool !== "polygon" && points.length < 2) return;
    if (tool === "polygon" && points.length < 3) return say(desk, words.live_few);
    if (tool === "polygon" && atlas.crossesItself(points)) return say(desk, words.live_crossing);
    const shape = shapeOf(desk, points);
    desk.finished = Date.now();
    take(desk, null);
    // It stays until the page has answered.
    L.polygon(atlas.ringOf(shape), { ...LOOK, interactive: false }).addTo(desk.sketch);
    atlas.tellShape(view, "drawn", "", shape);
  }

  atlas.tellShape = function (view, kind, id, shape) {
    const at = view.map.getCenter();
    const sent = shape && { ...shape, corners: shape.corners.map(([lat, lon]) => [lon, lat]) };
    atlas.tell(view, { kind, id, part_id: null, lat: at.lat, lon: at.lng, shape: sent });
  };

  // ---- pointer and keys; caught on their way down, so that neither a zone nor a place is chosen ----
  function follow(desk) {
    const { map } = desk.view, box = map.getContainer();
    let pressed = null, waiting = false;
    const onTools = (event) => event.target.closest(".leaflet-control");
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; if (desk.tool) sketch(desk); });
    };
    box.addEventListener("pointerdown", (event) => {
      pressed = [event.clientX, event.clientY];
      box.classList.remove("atlas-by-keys");
    }, true);
    box.addEventListener("click", (event) => {
      if (!desk.tool || onTools(event)) return;
      event.stopPropagation();
      event.preventDefault();
      const dragged = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > DRAGGED;
      if (!dragged) press(desk, map.mouseEventToLatLng(event), event.pointerType);
    }, true);
    box.addEventListener("dblclick", (event) => {
      if ((!desk.tool && Date.now() - desk.finished > AFTERWARDS) || onTools(event)) return;
      event.stopPropagation();
      event.preventDefault();
    }, true);
    // What lies beneath takes no focus, and says nothing, while something is drawn over it.
    box.addEventListener("mousedown", (event) => { if (desk.tool && !onTools(event)) event.preventDefault(); }, true);
    box.addEventListener("pointermove", (event) => {
      if (!desk.tool || event.pointerType === "touch") return;
      desk.pointer = map.mouseEventToLatLng(event);
      soon();
    }, true);
    map.on("move", () => {
      if (!desk.tool || !box.classList.contains("atlas-by-keys")) return;
      desk.pointer = map.getCenter();
      soon();
    });
    box.addEventListener("keydown", (event) => (desk.tool ? drawByKey(desk, event) : changeByKey(desk, event)), true);
  }

  function drawByKey(desk, event) {
    const { map } = desk.view, box = map.getContainer();
    const byKeys = () => { box.classList.add("atlas-by-keys"); desk.pointer = map.getCenter(); };
    const keys = {
      Escape: () => callOff(desk), Backspace: () => takeBack(desk), Enter: () => (desk.tool === "polygon" ? finish(desk) : keys[" "]()),
      " ": () => { byKeys(); press(desk, map.getCenter(), "mouse"); },
    };
    if (event.key.startsWith("Arrow")) { byKeys(); sketch(desk); return; }
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const act = undo ? keys.Backspace : keys[event.key];
    if (!act || (event.target.closest(".leaflet-control") && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  function changeByKey(desk, event) {
    const { view } = desk, key = event.key.toLowerCase(), held = event.ctrlKey || event.metaKey;
    const told = held && key === "z" ? (event.shiftKey ? "drawn_again" : "drawn_back") : held && key === "y" ? "drawn_again" : null;
    const gone = event.key === "Delete" && desk.data.chosen && !event.target.closest(".atlas-handle");
    if (!told && !gone) return;
    event.preventDefault();
    event.stopPropagation();
    atlas.tellShape(view, gone ? "drawn_removed" : told, gone ? desk.data.chosen : "", null);
  }

  // ---- the areas as the page knows them ----
  atlas.kinds.drawing = function (view, name, data) {
    const desk = deskOf(view), group = L.layerGroup(), labels = [];
    desk.data = data;
    desk.there = true;
    desk.shapes = new Map();
    view.hoveredDrawn = null;
    nameTools(desk);
    if (!desk.tool) take(desk, null);
    for (const area of data.areas) {
      const polygon = area.rings.map(atlas.decodeRing), chosen = area.id === data.chosen;
      L.polygon(polygon, { ...LOOK, color: "#fff", weight: chosen ? 6 : 4.5, fill: false, opacity: 0.8, interactive: false }).addTo(group);
      const shape = L.polygon(polygon, { ...LOOK, weight: chosen ? 3 : 2.2, dashArray: chosen ? null : "6 3", bubblingMouseEvents: false }).addTo(group);
      desk.shapes.set(area.id, { area, shape });
      shape.on("add", () => makeReachable(desk, shape, area));
      shape.on("click", () => choose(desk, area));
      shape.on("mouseover", () => (view.hoveredDrawn = area));
      shape.on("mouseout", () => (view.hoveredDrawn = null));
      const { anchor: at, name: words, second } = area;
      labels.push({ at, name: words, second, look: "drawn", rank: chosen ? 120 : 110, polygons: [polygon], gives: true, shrinks: true });
    }
    group.on("add", () => { if (!desk.tool) atlas.setHandles(view); });
    view.labels.setLabels(name, labels);
    return group;
  };
  atlas.kinds.drawing.drop = function (view) {
    const { desk } = view;
    desk.there = false;
    view.hoveredDrawn = null;
    atlas.dropHandles(view);
    queueMicrotask(() => { if (!desk.there) leave(desk); });
  };

  function leave(desk) {
    desk.shapes = null;
    take(desk, null);
    desk.control.remove();
    desk.banner.remove();
    desk.sketch.remove();
    desk.view.desk = null;
  }

  function choose(desk, area) {
    if (desk.data.chosen !== area.id) atlas.tellShape(desk.view, "drawn_chosen", area.id, null);
  }

  function makeReachable(desk, shape, area) {
    const element = shape.getElement();
    const label = [desk.data.text.shape_label.replace("%N%", () => area.name), area.second.words].filter(Boolean).join(" ");
    Object.entries({ tabindex: "0", role: "button", "aria-label": label, "aria-pressed": String(area.id === desk.data.chosen) }).forEach(([k, v]) => element.setAttribute(k, v));
    element.dataset.drawnId = area.id;
    element.addEventListener("focus", () => atlas.openTip(desk.view, L.latLng(area.anchor), area.name, area.tip));
    element.addEventListener("blur", () => atlas.closeTip(desk.view));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      choose(desk, area);
    });
  }
})(window.atlas);
