// The handles of the drawn area in hand: drag them, or move them by the arrow keys; the page hears of it once, when
// a handle is let go or Enter is pressed.
"use strict";
(function (atlas) {
  const STEP = 4, FAST = 20; // pixels of one press of an arrow key, with and without Shift
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const LEAST_CORNERS = 3;

  const copyOf = (shape) => ({ kind: shape.kind, corners: shape.corners.map((at) => [...at]), radius_m: shape.radius_m });
  const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

  // A handle: where it stands, what it is called, and what a shape becomes when it is moved.
  const HANDLES = {
    polygon: (shape, words) => {
      const { corners } = shape, n = corners.length;
      const own = corners.map((at, i) => ({
        at, name: words.handle_corner.replace("%N%", i + 1), put: (to) => { shape.corners[i] = to; },
        without: n > LEAST_CORNERS ? () => shape.corners.splice(i, 1) : null,
      }));
      const between = corners.map((at, i) => ({
        at: middle(at, corners[(i + 1) % n]), name: words.handle_between.replace("%N%", i + 1), between: true,
        put: (to, first) => (first ? shape.corners.splice(i + 1, 0, to) : (shape.corners[i + 1] = to)),
      }));
      return [...own, ...between];
    },
    rectangle: (shape, words) => atlas.boxRing(shape.corners).map((at, i) => {
      const fixed = atlas.boxRing(shape.corners)[(i + 2) % 4];
      return {
        at, name: words.handle_corner.replace("%N%", i + 1),
        put: ([lat, lon]) => {
          const lats = [lat, fixed[0]], lons = [lon, fixed[1]];
          shape.corners = [[Math.min(...lats), Math.min(...lons)], [Math.max(...lats), Math.max(...lons)]];
        },
      };
    }),
    circle: (shape, words, [least, most]) => [
      { at: shape.corners[0], name: words.handle_centre, put: (to) => { shape.corners[0] = to; } },
      {
        at: atlas.circleRing(shape.corners[0], shape.radius_m, 4)[0], name: words.handle_rim,
        put: (to) => { shape.radius_m = Math.min(Math.max(Math.round(atlas.metresBetween(shape.corners[0], to)), least), most); },
      },
    ],
  };

  atlas.dropHandles = function (view) {
    if (view.desk.handles) view.desk.handles.remove();
    view.desk.handles = null;
  };

  atlas.setHandles = function (view) {
    const { desk } = view;
    atlas.dropHandles(view);
    const known = desk.shapes && desk.shapes.get(desk.data.chosen);
    if (!known) return;
    const shape = copyOf(known.area);
    const handles = HANDLES[shape.kind](shape, desk.data.text, desk.data.radius_m);
    if (shape.kind === "polygon" && shape.corners.length >= desk.data.most_corners) handles.length = shape.corners.length;
    desk.handles = L.layerGroup(handles.map((handle, i) => markerOf(view, known, shape, handle, i))).addTo(view.map);
    const again = desk.focusAgain === undefined ? null : desk.handles.getLayers()[desk.focusAgain];
    desk.focusAgain = undefined;
    if (again) again.getElement().focus();
  };

  function markerOf(view, known, shape, handle, number) {
    const { desk } = view;
    const icon = L.divIcon({ html: "", className: "atlas-handle" + (handle.between ? " atlas-handle-between" : ""), iconSize: [24, 24] });
    const marker = L.marker(handle.at, { icon, pane: "atlas-handles", draggable: true, keyboard: true, autoPan: true });
    let moved = false;
    const show = (to) => {
      handle.put(to, !moved);
      moved = true;
      known.shape.setLatLngs(atlas.ringOf(shape));
      if (shape.kind === "circle") atlas.sayDrawing(view, desk.data.text.live_radius.replace("%N%", shape.radius_m.toLocaleString("en")));
    };
    const putBack = () => {
      if (!moved) return;
      known.shape.setLatLngs(known.area.rings.map(atlas.decodeRing));
      moved = false; // before the handle goes: its blur must keep nothing
      atlas.setHandles(view);
    };
    const keep = (byKey) => {
      if (!moved) return;
      if (shape.kind === "polygon" && atlas.crossesItself(shape.corners)) {
        putBack();
        atlas.sayDrawing(view, desk.data.text.live_crossing_moved);
        return;
      }
      moved = false;
      atlas.sayDrawing(view, "");
      if (byKey) desk.focusAgain = number;
      atlas.tellShape(view, "redrawn", known.area.id, shape);
    };
    marker.on("drag", (event) => show([event.latlng.lat, event.latlng.lng]));
    marker.on("dragend", () => keep(false));
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", handle.name);
      element.title = handle.name;
      element.addEventListener("blur", () => keep(false));
      element.addEventListener("keydown", (event) => {
        const arrow = ARROWS[event.key];
        if (arrow) {
          const by = event.shiftKey ? FAST : STEP, { map } = view;
          const to = map.containerPointToLatLng(map.latLngToContainerPoint(marker.getLatLng()).add([arrow[0] * by, arrow[1] * by]));
          marker.setLatLng(to);
          show([to.lat, to.lng]);
        } else if (event.key === "Enter") keep(true);
        else if (event.key === "Escape") putBack();
        else if (event.key === "Delete" && handle.without) {
          handle.without();
          moved = true;
          keep(false);
        } else return;
        event.preventDefault();
        event.stopPropagation();
      });
    });
    return marker;
  }
})(window.atlas);
