// Square cells or a smooth surface, in classes of sites per km², with a legend of their own.
"use strict";
(function (atlas) {
  const STROKE = "#8d7f86", MARK = "#12222f", SIDE = 18; // pixels of a rank's mark

  atlas.kinds.grid = function (view, name, data, opacity) {
    const renderer = L.canvas({ pane: "atlas-zones", padding: 0.3 });
    const group = L.layerGroup();
    const cells = data.cells.map((item) => ({ ...item, polygons: item.rings.map((rings) => rings.map(atlas.decodeRing)) }));
    for (const cell of cells) {
      cell.box = L.latLngBounds(cell.polygons.flat(2));
      L.polygon(cell.polygons, {
        renderer, pane: "atlas-zones", interactive: false, color: STROKE, weight: 0.4,
        fillColor: data.classes[cell.class][0], fillOpacity: opacity,
      }).addTo(group);
    }
    // After the cells, so that no edge of theirs runs over a hole's.
    const holes = data.holes.map((hole) => {
      const rings = hole.rings.map((each) => each.map(atlas.decodeRing));
      L.polygon(rings, { renderer, pane: "atlas-zones", interactive: false, color: MARK, weight: 2.4, fill: false }).addTo(group);
      const number = document.createElement("span");
      number.textContent = String(hole.rank);
      const icon = L.divIcon({ className: "atlas-hole", html: number, iconSize: [SIDE, SIDE] });
      return L.marker(hole.at, { icon, pane: "atlas-labels", interactive: false, keyboard: false }).addTo(group);
    });
    const thin = () => thinOut(view.map, holes);
    group.on("add", () => { view.map.on("zoomend", thin); thin(); });
    if (data.surface) picture(data, opacity).addTo(group);
    const legend = legendBox(view, data);
    view.gridCells = cells;
    view.gridLegend = legend;
    group.on("remove", () => { renderer.remove(); view.map.off("zoomend", thin); });
    return group;
  };
  atlas.kinds.grid.drop = function (view) {
    view.gridCells = [];
    if (view.gridLegend) view.gridLegend.remove();
  };

  atlas.findCell = function (view, at) {
    const cell = (view.gridCells || []).find((one) => one.box.contains(at) && atlas.contains(one.polygons, at.lat, at.lng));
    return cell ? [cell.name, cell.tip] : null;
  };

  // Numbers that would lie over one another: the wider hole keeps its own, the other is outlined and says its rank when pointed at.
  function thinOut(map, marks) {
    const shown = [];
    for (const mark of marks) {
      const at = map.latLngToLayerPoint(mark.getLatLng());
      const free = shown.every((other) => Math.max(Math.abs(other.x - at.x), Math.abs(other.y - at.y)) >= SIDE);
      if (free) shown.push(at);
      mark.setOpacity(free ? 1 : 0);
    }
  }

  function picture(data, opacity) {
    const { width, height, codes, bounds } = data.surface;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d"), image = context.createImageData(width, height);
    const colours = data.classes.map(([colour]) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
    const raw = atob(codes);
    for (let i = 0; i < raw.length; i++) {
      const code = raw.charCodeAt(i);
      if (code) image.data.set([...colours[code - 1], 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    return L.imageOverlay(canvas.toDataURL("image/png"), bounds, { pane: "atlas-zones", opacity, interactive: false, className: "atlas-surface" });
  }

  function legendBox(view, data) {
    const box = L.DomUtil.create("div", "atlas-grid-legend", view.map.getContainer());
    L.DomUtil.create("strong", "", box).textContent = data.title;
    for (const [colour, words] of data.classes) {
      const row = L.DomUtil.create("span", "", box);
      L.DomUtil.create("i", "", row).style.background = colour;
      row.appendChild(document.createTextNode(words));
    }
    if (data.note) L.DomUtil.create("small", "", box).textContent = data.note;
    return box;
  }
})(window.atlas);
