// Stations and poles: thousands of points on one canvas per layer.
"use strict";
(function (atlas) {
  const STEP = 1e-7;
  const FEW = 100;
  const REACH = 7; // pixels within which the pointer finds a point
  const MIN_TIP_ZOOM = 13.5; // below, points lie too close to tell apart

  function bytes(text) {
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }

  // Web Mercator at zoom 0, in pixels: a zoom level is then one multiplication.
  function project(positions) {
    const steps = new Int32Array(bytes(positions).buffer);
    const xy = new Float64Array(steps.length);
    for (let i = 0; i < steps.length; i += 2) {
      const sine = Math.sin((steps[i + 1] * STEP * Math.PI) / 180);
      xy[i] = 256 * ((steps[i] * STEP) / 360 + 0.5);
      xy[i + 1] = 256 * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
    }
    return xy;
  }

  // Dots grow with the zoom, but never so much that neighbours run into one another.
  function spacing(xy) {
    let west = Infinity, east = -Infinity, north = Infinity, south = -Infinity;
    for (let i = 0; i < xy.length; i += 2) {
      west = Math.min(west, xy[i]); east = Math.max(east, xy[i]);
      north = Math.min(north, xy[i + 1]); south = Math.max(south, xy[i + 1]);
    }
    return Math.sqrt(((east - west) * (south - north)) / Math.max(1, xy.length / 2));
  }

  // Leaflet's renderer moves and scales the canvas; it is drawn anew when the view rests.
  const PointCanvas = L.Renderer.extend({
    options: { padding: 0.3 },

    initialize: function (data, options) {
      L.setOptions(this, options);
      L.stamp(this);
      this._layers = {};
      this._data = data;
      this._xy = project(data.positions);
      this._planned = bytes(data.planned);
      this._spacing = spacing(this._xy);
    },

    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._container.style.opacity = this.options.opacity;
    },
    _destroyContainer: function () {
      this._container.remove();
      delete this._container;
      delete this._drawn;
    },
    _updatePaths: function () {},
    _onZoomEnd: function () {},

    _radius: function () {
      if (this._xy.length <= 2 * FEW) return 4.5; // a handful of a planner's own points is not a texture
      const zoom = this._map.getZoom(), room = this._spacing * Math.pow(2, zoom) * 0.27;
      return Math.max(0.8, Math.min(5.5, 1.4 + (zoom - 12) * 0.75, Math.max(room, 0.8)));
    },

    fade: function (opacity) {
      this.options.opacity = opacity;
      if (this._container) this._container.style.opacity = opacity;
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      // One change of view is told several times over; the points are drawn once, before the next frame.
      if (this._pending) return;
      this._pending = requestAnimationFrame(() => {
        this._pending = 0;
        if (this._map && this._container) this._paint();
      });
    },

    _paint: function () {
      const drawn = [this._map.getZoom(), this._map.getPixelOrigin(), this._bounds.min, this._bounds.max].join(" ");
      if (drawn === this._drawn) return;
      this._drawn = drawn;
      const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1, canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this._draw(canvas.getContext("2d"), size, ratio);
    },

    _draw: function (context, size, ratio) {
      const zoom = this._map.getZoom(), scale = Math.pow(2, zoom), radius = this._radius();
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      const sprites = [this._sprite(radius, ratio, false), this._sprite(radius, ratio, true)];
      const half = sprites[0].width / 2;
      const width = size.x * ratio, height = size.y * ratio;
      for (let i = 0, n = 0; i < this._xy.length; i += 2, n++) {
        const x = (this._xy[i] * scale - origin.x) * ratio - half, y = (this._xy[i + 1] * scale - origin.y) * ratio - half;
        if (x > -2 * half && y > -2 * half && x < width && y < height) context.drawImage(sprites[this._planned[n]], x, y);
      }
    },

    _sprite: function (radius, ratio, hollow) {
      const sprite = document.createElement("canvas"), rim = radius > 2.5 ? 1 : radius > 1.5 || hollow ? 0.4 : 0;
      const side = Math.ceil((radius + rim + 1) * 2 * ratio);
      sprite.width = sprite.height = side;
      const context = sprite.getContext("2d");
      context.scale(ratio, ratio);
      context.beginPath();
      context.arc(side / 2 / ratio, side / 2 / ratio, radius, 0, 2 * Math.PI);
      context.fillStyle = hollow ? "#ffffff" : this._data.colour;
      context.fill();
      if (rim) {
        context.lineWidth = rim;
        context.strokeStyle = hollow ? this._data.colour : "#ffffff";
        context.stroke();
      }
      return sprite;
    },

    // Where point ``i / 2`` stands, in whole steps as it was sent.
    steps: function (i) {
      const steps = new Int32Array(bytes(this._data.positions).buffer);
      return [steps[i], steps[i + 1]];
    },

    // The point nearest to ``at`` within reach, as a number, or -1.
    nearest: function (at) {
      if (this._map.getZoom() < MIN_TIP_ZOOM) return -1;
      const scale = Math.pow(2, this._map.getZoom()), here = this._map.project(at);
      const reach = Math.max(REACH, this._radius() + 2);
      let best = reach * reach, found = -1;
      for (let i = 0; i < this._xy.length; i += 2) {
        const dx = this._xy[i] * scale - here.x, dy = this._xy[i + 1] * scale - here.y, d = dx * dx + dy * dy;
        if (d < best) { best = d; found = i / 2; }
      }
      return found;
    },

    tip: function (number) {
      const lines = this._data.columns.map((column) => {
        if (column.codes && !column.decoded) column.decoded = bytes(column.codes);
        if (column.texts && !column.each) column.each = column.texts.split("\n");
        return [column.title, column.texts ? column.prefix + column.each[number] : column.words[column.decoded[number]]];
      });
      return [...this._data.notes, ...lines.filter(([, value]) => value)];
    },
  });

  atlas.kinds.points = function (view, name, data, opacity) {
    const canvas = new PointCanvas(data, { pane: "atlas-points", opacity });
    view.pointLayers.set(name, canvas);
    return canvas;
  };
  atlas.kinds.points.fade = (canvas, opacity) => canvas.fade(opacity);
  atlas.kinds.points.drop = (view, name) => view.pointLayers.delete(name);

  // The point under a position, in whichever layer is on top there.
  atlas.findPoint = function (view, at) {
    for (const canvas of [...view.pointLayers.values()].reverse()) {
      const number = canvas._map ? canvas.nearest(at) : -1;
      if (number >= 0) return { title: canvas._data.title, lines: canvas.tip(number) };
    }
    return null;
  };
})(window.atlas);
