// The coverage proxy: ground near a site as a quiet wash, gaps outlined and numbered by their size.
"use strict";
(function (atlas) {
  const WASH = "#3f7d95", GAP = "#a3410b";
  const COVERED = { color: WASH, weight: 0.7, opacity: 0.8, fillColor: WASH, fillOpacity: 0.3 };
  const OPEN = { color: GAP, weight: 1.6, fillColor: "#fff", fillOpacity: 0.35 };

  atlas.kinds.coverage = function (view, name, data) {
    const renderer = L.canvas({ pane: "atlas-rings", padding: 0.3 });
    const look = { renderer, pane: "atlas-rings", interactive: false };
    const decode = (rings) => rings.map(atlas.decodeRing);
    const group = L.layerGroup();
    for (const rings of data.covered) L.polygon(decode(rings), { ...look, ...COVERED }).addTo(group);
    for (const polygons of data.gaps) L.polygon(polygons.map(decode), { ...look, ...OPEN }).addTo(group);
    const labels = data.numbers.map((number, at) => ({ at: data.places[at], name: number, look: "gap", rank: 70 - at / 100 }));
    view.labels.setLabels(name, labels);
    view.coverage = { ...data.legend, rows: [[swatch(COVERED), data.legend.covered], [swatch(OPEN), data.legend.gaps]] };
    group.on("remove", () => renderer.remove());
    return group;
  };
  atlas.kinds.coverage.drop = (view) => (view.coverage = null);

  function swatch(look) {
    const picture = atlas.svg("svg", { width: 26, height: 14, "aria-hidden": "true" });
    const paint = { fill: look.fillColor, "fill-opacity": look.fillOpacity, stroke: look.color, "stroke-width": look.weight };
    atlas.svg("rect", { x: 1, y: 1, width: 24, height: 12, ...paint }, picture);
    return picture;
  }
})(window.atlas);
