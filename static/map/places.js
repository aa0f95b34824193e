// Places: one symbol each, with the ring within which the place may truly lie.
"use strict";
(function (atlas) {
  const RADIUS = 6;
  const SHAPES = {
    square: "M-4.5 -4.5 H4.5 V4.5 H-4.5 Z",
    diamond: "M0 -6 L6 0 L0 6 L-6 0 Z",
    triangle: "M0 -5.5 L5.5 4.5 H-5.5 Z",
    circle: "M-4.5 0 a4.5 4.5 0 1 0 9 0 a4.5 4.5 0 1 0 -9 0 Z",
    cross: "M-1.6 -5 H1.6 V-1.6 H5 V1.6 H1.6 V5 H-1.6 V1.6 H-5 V-1.6 H-1.6 Z",
  };

  // Map and legend draw the same picture.
  atlas.symbolPicture = function ([shape, colour]) {
    const hollow = shape.startsWith("hollow-");
    const picture = atlas.svg("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" });
    atlas.svg("path", {
      d: SHAPES[shape.replace("hollow-", "")], fill: hollow ? "#fff" : colour,
      stroke: hollow ? colour : "#fff", "stroke-width": hollow ? 2 : 1.4, "paint-order": "stroke",
    }, picture);
    return picture;
  };

  atlas.symbolRows = (data) => Object.values(data.symbols).map(([shape, colour, word]) => [word, [shape, colour]]);

  atlas.kinds.places = function (view, name, data, opacity) {
    const group = L.layerGroup();
    const labels = [];
    for (const item of data.items) {
      const colour = data.symbols[item.symbol][1];
      if (item.confidence_m) {
        L.circle(item.at, {
          pane: "atlas-rings", interactive: false, radius: item.confidence_m, color: colour, weight: 0.8,
          opacity: 0.6 * opacity, dashArray: "2 4", fill: false,
        }).addTo(group);
      }
      const icon = L.divIcon({
        html: atlas.symbolPicture(data.symbols[item.symbol]), className: "atlas-place", iconSize: [24, 24],
      });
      const marker = L.marker(item.at, { icon, pane: "atlas-places", opacity, keyboard: true, riseOnHover: true });
      marker.on("add", () => makeReachable(view, marker, item));
      marker.addTo(group);
      view.places.set(item.id, { item, layer: name, colour });
      labels.push({ at: item.at, lines: [item.short], look: "place", rank: 40, radius: RADIUS });
    }
    view.labels.setLabels(name, labels);
    return group;
  };
  atlas.kinds.places.drop = function (view, name) {
    for (const [id, place] of view.places) if (place.layer === name) view.places.delete(id);
  };

  function makeReachable(view, marker, item) {
    const element = marker.getElement();
    const words = [item.name, ...item.tip.map(([title, value]) => `${title} ${value}`)];
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", words.join(view.lang.startsWith("zh") ? "，" : ", "));
    element.dataset.placeId = item.id;
    const at = L.latLng(item.at);
    const show = () => atlas.openTip(view, at, item.name, item.tip);
    const choose = () => {
      atlas.mark(view, { zone: view.marked.zone, place: item.id });
      atlas.tell(view, { kind: "place", id: item.id, part_id: null, lat: at.lat, lon: at.lng });
    };
    element.addEventListener("focus", show);
    element.addEventListener("blur", () => atlas.closeTip(view));
    marker.on("mouseover", () => { view.overPlace = true; show(); });
    marker.on("mouseout", () => { view.overPlace = false; atlas.closeTip(view); });
    marker.on("click", choose);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      choose();
    });
  }

  atlas.markPlace = function (view, { at, confidence_m: radius }, group) {
    const look = { interactive: false, pane: "atlas-marked", color: "#12222f" };
    if (radius) L.circle(at, { ...look, radius, weight: 1.5, dashArray: "4 3", fillOpacity: 0.08 }).addTo(group);
    L.circleMarker(at, { ...look, radius: 11, fill: false, weight: 2.5 }).addTo(group);
    L.circleMarker(at, { ...look, radius: 2.5, fillOpacity: 1, stroke: false, fillColor: "#12222f" }).addTo(group);
  };
})(window.atlas);
