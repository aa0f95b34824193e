// Before and after on two maps that move together; stations added, moved and removed; the click that is asked for.
"use strict";
(function (atlas) {
  const STEP = 1e-7;
  const REACH = 14; // pixels within which a click finds a station
  const EVERY = 60; // milliseconds between two steps of the other map while one is dragged
  const COLOURS = { add: "#0b7a4b", move: "#b0611a", remove: "#b3261e" };

  atlas.kinds.scenario = function (view, name, data) {
    const renderer = L.canvas({ pane: "atlas-points", padding: 0.3 });
    const group = L.layerGroup();
    for (const mark of data.marks) drawMark(mark, renderer).addTo(group);
    group.on("remove", () => renderer.remove());
    const title = L.DomUtil.create("div", "atlas-twin-title", view.map.getContainer());
    title.textContent = data.title;
    if (!view.legendChosen) { // two maps share the room of one: the legend waits folded
      view.legendChosen = true;
      view.legend.open = false;
    }
    const leave = joinTwins(view, data.twins);
    const stop = data.asks ? ask(view, data) : () => {};
    view.scenario = { end: () => { title.remove(); leave(); stop(); } };
    return group;
  };
  atlas.kinds.scenario.drop = (view) => view.scenario && view.scenario.end();

  function drawMark([kind, x, y, fromX, fromY], renderer) {
    const at = [y * STEP, x * STEP], colour = COLOURS[kind];
    const look = { renderer, pane: "atlas-points", interactive: false, color: colour, weight: 2.5 };
    const group = L.layerGroup();
    if (kind === "remove") {
      L.circleMarker(at, { ...look, radius: 7, fill: false, dashArray: "3 2" }).addTo(group);
      return group;
    }
    if (fromX !== undefined) {
      const origin = [fromY * STEP, fromX * STEP];
      L.polyline([origin, at], { ...look, weight: 1.5, dashArray: "4 3" }).addTo(group);
      L.circleMarker(origin, { ...look, radius: 4, weight: 1.5, fill: false }).addTo(group);
    }
    L.circleMarker(at, { ...look, radius: 7, fillColor: colour, fillOpacity: 0.25 }).addTo(group);
    return group;
  }

  // ---- two maps, one view: each tells the other where it looks; neither page nor server hears of it ----
  function joinTwins(view, name) {
    const twins = (view.host.atlasTwins = view.host.atlasTwins || new Set());
    const me = { name, view };
    me.follow = (centre, zoom, home) => {
      me.following = true;
      view.moving += 1;
      view.followHome = home;
      view.map.setView(centre, zoom, { animate: false });
      view.moving -= 1;
      me.following = false;
    };
    const others = () => [...twins].filter((twin) => twin !== me && twin.name === name && twin.view.map._loaded);
    let last = 0;
    const lead = (event) => {
      if (me.following || (event.type === "move" && Date.now() - last < EVERY)) return;
      last = Date.now();
      for (const twin of others()) twin.follow(view.map.getCenter(), view.map.getZoom(), view.followHome);
    };
    const leave = () => { twins.delete(me); view.map.off("move moveend", lead); };
    const first = others()[0];
    twins.add(me);
    if (first) me.follow(first.view.map.getCenter(), first.view.map.getZoom(), first.view.followHome);
    view.map.on("move moveend", lead);
    window.addEventListener("pagehide", leave, { once: true });
    return leave;
  }

  // ---- the next click is a place, or a station: a station is told by its exact position ----
  function ask(view, data) {
    const box = view.map.getContainer();
    const banner = L.DomUtil.create("div", "atlas-placing-banner", box);
    banner.setAttribute("role", "status");
    banner.textContent = data.words;
    box.classList.add("atlas-placing");
    const stop = () => { box.classList.remove("atlas-placing"); view.placing = null; banner.remove(); };
    const tell = (kind, lat, lon) => atlas.tell(view, { kind, id: data.asks, part_id: null, lat, lon });
    const choose = (at) => {
      if (data.asks === "spot") return tell("spot", at.lat, at.lng);
      const found = nearestStation(view, at);
      if (found) tell("station", found[1] * STEP, found[0] * STEP);
      else banner.textContent = data.nothing_here;
    };
    view.placing = { stop, choose, callOff: () => tell("no_spot", view.map.getCenter().lat, view.map.getCenter().lng) };
    return stop;
  }

  function nearestStation(view, at) {
    const canvas = view.pointLayers.get("stations");
    if (!canvas) return null;
    const scale = Math.pow(2, view.map.getZoom()), here = view.map.project(at), xy = canvas._xy;
    let best = REACH * REACH, found = -1;
    for (let i = 0; i < xy.length; i += 2) {
      const dx = xy[i] * scale - here.x, dy = xy[i + 1] * scale - here.y, d = dx * dx + dy * dy;
      if (d < best) { best = d; found = i; }
    }
    return found < 0 ? null : canvas.steps(found);
  }
})(window.atlas);
