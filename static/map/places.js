// Places: one symbol each, with the ring within which the place may truly lie.
"use strict";
(function (atlas) {
  const APART = 26; // pixels between two symbols: a finger tells targets of 24 apart
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

  // The layer itself holds the rings; the symbols of all layers are set together by ``setPlaces``.
  atlas.kinds.places = function (view, name, data, opacity) {
    const group = L.layerGroup();
    for (const item of data.items) {
      const symbol = data.symbols[item.symbol];
      if (item.confidence_m) {
        L.circle(item.at, {
          pane: "atlas-rings", interactive: false, radius: item.confidence_m, color: symbol[1], weight: 0.8,
          opacity: 0.6 * opacity, dashArray: "2 4", fill: false,
        }).addTo(group);
      }
      view.places.set(item.id, { item, layer: name, symbol, opacity });
    }
    view.stacksHold = "";
    return group;
  };
  atlas.kinds.places.drop = function (view, name) {
    for (const [id, place] of view.places) if (place.layer === name) view.places.delete(id);
    view.stacksHold = "";
  };

  // Places whose symbols would overlap at this zoom share one symbol that counts them.
  function stacksOf(view) {
    const stacks = [];
    for (const place of view.places.values()) {
      const { x, y } = view.map.project(place.item.at);
      const near = stacks.find((stack) => Math.abs(stack.x - x) < APART && Math.abs(stack.y - y) < APART);
      if (near) near.places.push(place);
      else stacks.push({ x, y, places: [place] });
    }
    return stacks.map((stack) => stack.places);
  }

  atlas.setPlaces = function (view) {
    const stacks = stacksOf(view);
    const holds = JSON.stringify([view.marked.place, stacks.map((places) => places.map(({ item, opacity }) => [item.id, opacity]))]);
    if (holds === view.stacksHold) return;
    view.stacksHold = holds;
    const focused = document.activeElement && document.activeElement.dataset.placeIds;
    if (view.placeMarkers) view.placeMarkers.remove();
    view.placeMarkers = L.layerGroup(stacks.map((places) => markerOf(view, places))).addTo(view.map);
    if (focused) view.map.getContainer().querySelector(`[data-place-ids="${CSS.escape(focused)}"]`)?.focus();
    // The marked place is named by its mark.
    const named = stacks.filter((places) => !places.some(({ item }) => item.id === view.marked.place));
    view.labels.setLabels("places", named.map((places) => ({
      at: places[0].item.at, name: labelOf(places), look: "place", rank: 40, radius: places.length > 1 ? 9 : 6,
    })));
  };

  const labelOf = (places) => places[0].item.short + (places.length > 1 ? ` +${places.length - 1}` : "");

  function markerOf(view, places) {
    const [{ item, symbol, opacity }] = places, many = places.length > 1;
    const picture = many ? atlas.stackPicture(places.length) : atlas.symbolPicture(symbol);
    const icon = L.divIcon({ html: picture, className: "atlas-place", iconSize: [24, 24] });
    const marker = L.marker(item.at, { icon, pane: "atlas-places", opacity, keyboard: true, riseOnHover: true });
    marker.on("add", () => makeReachable(view, marker, places));
    return marker;
  }

  atlas.stackPicture = function (count) {
    const picture = atlas.svg("svg", { viewBox: "-10 -10 20 20", width: 20, height: 20, "aria-hidden": "true" });
    atlas.svg("circle", { r: 8.5, fill: "#fff", stroke: "#12222f", "stroke-width": 1.6 }, picture);
    const number = { y: 4, "text-anchor": "middle", "font-size": 11, "font-weight": 700, fill: "#12222f" };
    atlas.svg("text", number, picture).textContent = count;
    return picture;
  };

  // What is said of one place, or of several that share a symbol.
  function wordsOf(view, places) {
    if (places.length === 1) return [places[0].item.name, places[0].item.tip];
    const lines = places.map(({ item }) => [item.name, item.tip.map(([, value]) => value).join(" ")]);
    return [`${places.length} ${view.text.places_here}`, lines];
  }

  function choosePlace(view, item) {
    atlas.mark(view, { zone: view.marked.zone, place: item.id });
    atlas.tell(view, { kind: "place", id: item.id, part_id: null, lat: item.at[0], lon: item.at[1] });
  }

  // The places of one symbol, each with a button of its own.
  function listPlaces(view, places, element) {
    const box = L.DomUtil.create("div", "atlas-stack");
    for (const { item, symbol } of places) {
      const button = L.DomUtil.create("button", "", box);
      button.type = "button";
      button.append(atlas.symbolPicture(symbol), item.name);
      button.addEventListener("click", () => { view.map.closePopup(); choosePlace(view, item); });
    }
    L.DomEvent.disableClickPropagation(box);
    box.addEventListener("keydown", (event) => {
      event.stopPropagation(); // arrow keys pan the map behind
      if (event.key !== "Escape") return;
      view.map.closePopup();
      element.focus();
    });
    atlas.closeTip(view);
    const options = { className: "atlas-list", closeButton: false, minWidth: 120, maxWidth: 260, offset: [0, -6] };
    L.popup(options).setLatLng(places[0].item.at).setContent(box).openOn(view.map);
    box.querySelector("button").focus();
  }

  function makeReachable(view, marker, places) {
    const element = marker.getElement(), [title, lines] = wordsOf(view, places);
    const words = [title, ...lines.map(([name, value]) => `${name} ${value}`)];
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", words.join(view.lang.startsWith("zh") ? "，" : ", "));
    element.dataset.placeIds = places.map(({ item }) => item.id).join(" ");
    const at = L.latLng(places[0].item.at);
    const show = () => atlas.openTip(view, at, title, lines);
    const choose = () => (places.length > 1 ? listPlaces(view, places, element) : choosePlace(view, places[0].item));
    element.addEventListener("focus", show);
    element.addEventListener("blur", () => atlas.closeTip(view));
    marker.on("mouseover", () => { view.overPlace = true; show(); });
    marker.on("mouseout remove", () => { view.overPlace = false; atlas.closeTip(view); });
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
