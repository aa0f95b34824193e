// Layers of the planner's own: lines, areas and points of any file, on one canvas per layer.
"use strict";
(function (atlas) {
  const STEP = 1e-6;

  atlas.kinds.context = function (view, name, data, opacity) {
    const pane = data.over ? "atlas-lines" : "atlas-context";
    const renderer = L.canvas({ pane, padding: 0.3 });
    const look = { renderer, pane, interactive: false, color: data.colour };
    const group = L.layerGroup();
    for (const rings of data.polygons) {
      L.polygon(rings.map(atlas.decodeRing), { ...look, weight: data.over ? 1.6 : 0.8, fillOpacity: data.over ? 0.12 : 0.25 }).addTo(group);
    }
    for (const line of data.lines) L.polyline(atlas.decodeRing(line), { ...look, weight: 1.4 }).addTo(group);
    for (let i = 0; i < data.points.length; i += 2) {
      const at = [data.points[i + 1] * STEP, data.points[i] * STEP];
      L.circleMarker(at, { ...look, radius: 3, weight: 1, color: "#fff", fillColor: data.colour, fillOpacity: 1 }).addTo(group);
    }
    group.fadeTo = (share) => { if (renderer._container) renderer._container.style.opacity = share; };
    group.on("add", () => group.fadeTo(opacity));
    group.on("remove", () => renderer.remove());
    view.contextLayers.set(name, data);
    return group;
  };
  atlas.kinds.context.fade = (group, opacity) => group.fadeTo(opacity);
  atlas.kinds.context.drop = (view, name) => view.contextLayers.delete(name);

  atlas.contextPicture = function (data) {
    const picture = atlas.svg("svg", { width: 26, height: 14, "aria-hidden": "true" });
    if (data.polygons.length) {
      atlas.svg("rect", { x: 0.5, y: 0.5, width: 25, height: 13, fill: data.colour, "fill-opacity": 0.25, stroke: data.colour }, picture);
    } else if (data.lines.length) {
      atlas.svg("path", { d: "M0 7 H26", stroke: data.colour, "stroke-width": 1.8 }, picture);
    } else {
      atlas.svg("circle", { cx: 13, cy: 7, r: 3.6, fill: data.colour, stroke: "#fff" }, picture);
    }
    return picture;
  };

  // ---- a place without a position waits for one: the next click anywhere is its place ----
  atlas.kinds.placing = function (view, name, data) {
    const box = view.map.getContainer();
    const stop = () => { box.classList.remove("atlas-placing"); view.placing = null; banner.remove(); };
    const banner = L.DomUtil.create("div", "atlas-placing-banner", box);
    banner.setAttribute("role", "status");
    banner.textContent = data.words;
    box.classList.add("atlas-placing");
    const tell = (kind, at) => atlas.tell(view, { kind, id: data.id, part_id: null, lat: at.lat, lon: at.lng });
    view.placing = { stop, choose: (at) => tell("spot", at), callOff: () => tell("no_spot", view.map.getCenter()) };
    return L.layerGroup();
  };
  atlas.kinds.placing.drop = (view) => view.placing && view.placing.stop();

  // Caught on its way down, so that neither a zone nor a place is chosen by the same click.
  atlas.followPlacing = function (view) {
    const box = view.map.getContainer();
    let pressed = null;
    box.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]), true);
    box.addEventListener("click", (event) => {
      if (!view.placing || event.target.closest(".leaflet-control")) return;
      event.stopPropagation();
      event.preventDefault();
      const dragged = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 4;
      if (!dragged) view.placing.choose(view.map.mouseEventToLatLng(event));
    }, true);
    // With the keyboard the middle of the map is the place.
    box.addEventListener("keydown", (event) => {
      if (!view.placing) return;
      if (event.key === "Escape") {
        view.placing.callOff();
        view.placing.stop(); // at once, not when the page has answered
        return;
      }
      if (event.target !== box || event.key !== "Enter") return;
      event.preventDefault();
      view.placing.choose(view.map.getCenter());
    });
  };
})(window.atlas);
