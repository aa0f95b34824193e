// Labels that never collide. Positions depend on the zoom alone, so panning moves nothing about;
// only the name of a zone whose label point has left the view comes along.
"use strict";
window.atlas = window.atlas || {};

(function (atlas) {
  const GAP = 4; // pixels kept free around each label
  const NARROW = 600; // pixels: a map of this width shows the brief form of a label

  const overlaps = (a, b) =>
    a.left < b.right + GAP && a.right > b.left - GAP && a.top < b.bottom + GAP && a.bottom > b.top - GAP;

  const boxAt = (centre, size) => ({
    left: centre.x - size.x / 2,
    right: centre.x + size.x / 2,
    top: centre.y - size.y / 2,
    bottom: centre.y + size.y / 2,
  });

  // Offsets of a label's centre from its point, nearest first.
  const GRID = [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3];
  const STEPS = GRID.flatMap((x) => GRID.map((y) => [x, y])).sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
  const areaOffsets = (size) => STEPS.map(([x, y]) => L.point(x * size.x * 0.5, y * size.y));

  function reach(label) {
    if (!label.reach) label.reach = L.latLngBounds(label.polygons.flat(2));
    return label.reach;
  }

  function pointOffsets(size, radius) {
    const x = radius + 3 + size.x / 2, y = radius + 1 + size.y / 2;
    return [L.point(x, 0), L.point(-x, 0), L.point(0, -y), L.point(0, y)];
  }

  // Even-odd test against rings of [lat, lng] pairs.
  atlas.contains = function (polygons, lat, lng) {
    let inside = false;
    for (const rings of polygons) {
      for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
          const [yi, xi] = ring[i], [yj, xj] = ring[j];
          if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
        }
      }
    }
    return inside;
  };

  atlas.LabelLayer = L.Layer.extend({
    initialize: function () {
      this._sets = new Map(); // name of a layer -> its labels
    },

    getEvents: function () {
      return { zoomstart: this._hide, zoomend: this._soon, viewreset: this._soon, moveend: this._soon };
    },

    onAdd: function (map) {
      this._box = L.DomUtil.create("div", "atlas-labels", map.getPane("atlas-labels"));
      this._box.setAttribute("aria-hidden", "true"); // the same words stand on the shapes themselves
      this.layout();
    },

    // A label: {at, name, second?, brief?, shrinks?, look, rank, radius?, polygons?, mustFit?, avoids?, gives?}; the highest rank
    // is placed first. Where name and second line find no room, the name stands there with the brief sign, or alone if it shrinks.
    setLabels: function (name, labels) {
      for (const label of this._sets.get(name) || []) label.element.remove();
      for (const label of labels) {
        label.element = L.DomUtil.create("div", "atlas-label atlas-label-" + label.look, this._box);
        L.DomUtil.create("span", "atlas-name", label.element).textContent = label.name;
        if (label.brief) L.DomUtil.create("b", "", label.element).textContent = label.brief;
        if (!label.second) continue;
        const second = L.DomUtil.create("span", "atlas-second", label.element);
        if (label.second.tag) L.DomUtil.create("i", "", second).textContent = label.second.tag;
        second.append(label.second.words);
      }
      this._stale = this._stale || labels.length > 0 || (this._sets.get(name) || []).length > 0;
      this._sets.set(name, labels);
    },

    layoutIfStale: function () {
      if (this._stale) this.layout();
    },

    dropLabels: function (name) {
      this.setLabels(name, []);
      this._sets.delete(name);
    },

    // A change of view is told several times over; the labels are laid out once.
    _soon: function () {
      if (this._waiting) return;
      this._waiting = true;
      queueMicrotask(() => {
        this._waiting = false;
        if (this._map) this.layout();
      });
    },

    _hide: function () {
      this._box.classList.add("atlas-hidden");
    },

    // Styles have changed, so every label has another size.
    measureAgain: function () {
      for (const label of [...this._sets.values()].flat()) label.sizes = null;
      this.layout();
    },

    layout: function () {
      this._stale = false;
      const around = this._map.getBounds().pad(0.5); // what lies farther off waits until the map is there
      const all = [...this._sets.values()].flat().sort((a, b) => b.rank - a.rank);
      const labels = all.filter((label) => around.contains(label.at) || (label.gives && around.intersects(reach(label))));
      for (const label of all) if (!labels.includes(label)) label.element.style.display = "none";
      this._measure(labels.filter((label) => !label.sizes));
      const narrow = this._map.getSize().x <= NARROW;
      for (const label of labels) label.forms = narrow || !label.second ? [label.sizes.length - 1] : label.sizes.map((_, form) => form);
      for (const label of labels) label.point = this._map.latLngToLayerPoint(this._standsAt(label));
      const symbols = labels.filter((l) => l.radius).map((l) => [l, boxAt(l.point, L.point(l.radius * 2, l.radius * 2))]);
      const covered = this._coveredBoxes();
      this._seen = this._seenBox();
      const placed = [];
      for (const label of labels) {
        const centre = this._place(label, placed, symbols, covered);
        label.element.style.display = centre ? "block" : "none";
        if (!centre) continue;
        label.element.classList.toggle("atlas-brief", label.form === 1);
        placed.push(boxAt(centre, label.size));
        L.DomUtil.setPosition(label.element, centre.subtract(label.size.divideBy(2)).round());
      }
      this._box.classList.remove("atlas-hidden");
    },

    // Sizes of the full form and, where there is one, of the brief form.
    _measure: function (labels) {
      for (const label of labels) {
        label.element.style.display = "block";
        label.sizes = [];
      }
      for (const form of [0, 1]) {
        const measured = labels.filter((label) => form === 0 || label.brief || label.shrinks);
        for (const label of measured) label.element.classList.toggle("atlas-brief", form === 1);
        for (const label of measured) label.sizes.push(L.point(label.element.offsetWidth, label.element.offsetHeight));
      }
    },

    // A zone is named wherever the map looks at it, even far from its label point.
    _standsAt: function (label) {
      const view = this._map.getBounds();
      if (!label.gives || view.pad(-0.05).contains(label.at)) return label.at;
      const inside = [];
      for (let i = 1; i < 12; i++) {
        for (let j = 1; j < 12; j++) {
          const lat = view.getSouth() + ((view.getNorth() - view.getSouth()) * i) / 12;
          const lng = view.getWest() + ((view.getEast() - view.getWest()) * j) / 12;
          if (atlas.contains(label.polygons, lat, lng)) inside.push([lat, lng]);
        }
      }
      if (inside.length < 12) return label.at; // a corner of a zone needs no name
      const middle = [0, 1].map((k) => inside.reduce((sum, at) => sum + at[k], 0) / inside.length);
      const distance = (at) => Math.hypot(at[0] - middle[0], at[1] - middle[1]);
      return inside.reduce((best, at) => (distance(at) < distance(best) ? at : best));
    },

    // Where the furniture lies over the map.
    _coveredBoxes: function () {
      const frame = this._map.getContainer().getBoundingClientRect();
      const furniture = ".atlas-legend, .atlas-badges, .atlas-foot, .atlas-north, .leaflet-bar, .leaflet-control-scale";
      return [...this._map.getContainer().querySelectorAll(furniture)].map((element) => {
        const box = element.getBoundingClientRect();
        const min = this._map.containerPointToLayerPoint([box.left - frame.left, box.top - frame.top]);
        return { left: min.x, top: min.y, right: min.x + box.width, bottom: min.y + box.height };
      });
    },

    _place: function (label, placed, symbols, covered) {
      const brief = label.forms[label.forms.length - 1];
      if (label.gives && !this._isWideEnough(label, brief)) return this._free(label, brief, placed, [], false, true);
      const others = symbols.filter(([owner]) => owner !== label).map(([, box]) => box);
      const clear = [...others, ...covered];
      // What a label may do without, step by step: a zone's name gives way last, a place's name at once.
      const rounds = label.gives
        ? [...label.forms.flatMap((form) => [[form, clear, true], ...(label.shrinks ? [[form, clear, false]] : [])]), [brief, clear, false], [brief, covered, true], [brief, covered, false], [brief, [], false, true]]
        : [[brief, clear, Boolean(label.mustFit)]];
      for (const [form, obstacles, inside, mayBeCut] of rounds) {
        const centre = this._free(label, form, placed, obstacles, inside, mayBeCut);
        if (centre) return centre;
      }
      return null;
    },

    _free: function (label, form, placed, obstacles, inside, mayBeCut) {
      label.form = form;
      label.size = label.sizes[form];
      const spot = label.gives && !this._isWideEnough(label, form);
      const offsets = spot ? [L.point(0, 0)] : label.radius ? pointOffsets(label.size, label.radius) : areaOffsets(label.size);
      for (const offset of offsets) {
        const centre = label.point.add(offset), box = boxAt(centre, label.size);
        const free = !placed.some((b) => overlaps(box, b)) && !obstacles.some((b) => overlaps(box, b));
        if (free && (mayBeCut || !this._isCut(label, box)) && this._lies(label, box, centre, inside)) return centre;
      }
      return null;
    },

    _seenBox: function () {
      const min = this._map.containerPointToLayerPoint([0, 0]), size = this._map.getSize();
      return { left: min.x, top: min.y, right: min.x + size.x, bottom: min.y + size.y };
    },

    // Whether the map's edge would cut the name of something that is in view.
    _isCut: function (label, box) {
      const { point: { x, y } } = label, { left, top, right, bottom } = this._seen;
      const inView = x > left && x < right && y > top && y < bottom;
      return inView && (box.left < left || box.right > right || box.top < top || box.bottom > bottom);
    },

    // A zone much smaller than its name is named on its spot or not at all.
    _isWideEnough: function (label, form) {
      const area = reach(label);
      const corners = [area.getSouthWest(), area.getNorthEast()].map((at) => this._map.latLngToLayerPoint(at));
      return corners[1].x - corners[0].x > label.sizes[form].x / 2;
    },

    _touches: function (polygons, { left, right, top, bottom }) {
      const along = [0, 0.25, 0.5, 0.75, 1].map((share) => left + share * (right - left));
      return along.some((x) => [top, bottom].some((y) => {
        const at = this._map.layerPointToLatLng([x, y]);
        return atlas.contains(polygons, at.lat, at.lng);
      }));
    },

    // Whether the label's middle, or all of it, lies in its area.
    _lies: function (label, box, centre, wholly) {
      if (label.avoids) return !this._touches(label.avoids(), box);
      if (!label.polygons) return true;
      const points = [centre];
      if (wholly) {
        for (const x of [box.left, centre.x, box.right]) {
          for (const y of [box.top, box.bottom]) points.push(L.point(x, y));
        }
      }
      return points.every((p) => {
        const at = this._map.layerPointToLatLng(p);
        if (!reach(label).contains(at)) return false;
        return atlas.contains(label.polygons, at.lat, at.lng);
      });
    },
  });
})(window.atlas);
