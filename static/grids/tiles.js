// Vector tiles in Leaflet: outlines on a canvas, names and marks as elements over it.
//
// GovGridTiles.areas(map, said, own) draws what lies where; its own(code) fills one area.
// GovGridTiles.names(map, said) writes what the areas are called, where there is room.
// GovGridTiles.marks(map, url, make) puts make(feature) where a feature is; it gives null or an icon.
(function () {
  "use strict";

  const SIZE = 512;           // as wide as the server cuts them
  const DEEPEST = 19;         // the map's own last zoom: nothing is enlarged
  const DASHES_FROM = 13;     // before that a grid is smaller than two dashes
  const LEVEL = { city: 1, district: 2, street: 3, community: 4, grid: 5 };

  // ── reading ────────────────────────────────────────────────────────────────────────────────

  const VALUE = {
    1: "readString", 2: "readFloat", 3: "readDouble", 4: "readVarint", 5: "readVarint", 6: "readSVarint", 7: "readBoolean",
  };

  function readValue(field, found, pbf) { if (VALUE[field]) found.value = pbf[VALUE[field]](); }

  function readFeature(field, feature, pbf) {
    if (field === 2) feature.tags = pbf.readPackedVarint();
    else if (field === 3) feature.type = pbf.readVarint();
    else if (field === 4) feature.steps = pbf.readPackedVarint();
  }

  function readLayer(field, layer, pbf) {
    if (field === 1) layer.name = pbf.readString();
    else if (field === 2) layer.features.push(pbf.readMessage(readFeature, { tags: [], steps: [] }));
    else if (field === 3) layer.keys.push(pbf.readString());
    else if (field === 4) layer.values.push(pbf.readMessage(readValue, {}).value);
    else if (field === 5) layer.extent = pbf.readVarint();
  }

  // Lines as flat lists of x and y. A step is a command and how often: 1 move, 2 line, 7 close.
  function linesOf(steps) {
    const lines = [];
    let line = null, x = 0, y = 0, i = 0;
    while (i < steps.length) {
      const command = steps[i] & 7, many = steps[i] >> 3;
      i += 1;
      if (command === 7) {
        if (line) line.push(line[0], line[1]);
        continue;
      }
      for (let n = 0; n < many; n += 1, i += 2) {
        x += (steps[i] >> 1) ^ -(steps[i] & 1);
        y += (steps[i + 1] >> 1) ^ -(steps[i + 1] & 1);
        if (command === 1) lines.push(line = [x, y]);
        else line.push(x, y);
      }
    }
    return lines;
  }

  function read(buffer) {
    const found = {};
    if (!buffer.byteLength) return found;
    new window.Pbf.PbfReader(buffer).readFields(function (field, _all, pbf) {
      if (field !== 3) return;
      const layer = pbf.readMessage(readLayer, { name: "", extent: 4096, keys: [], values: [], features: [] });
      found[layer.name] = layer.features.map(function (feature) {
        const said = {};
        for (let i = 0; i < feature.tags.length; i += 2) said[layer.keys[feature.tags[i]]] = layer.values[feature.tags[i + 1]];
        return { said: said, lines: linesOf(feature.steps), extent: layer.extent };
      });
    }, null);
    return found;
  }

  // ── fetching ───────────────────────────────────────────────────────────────────────────────

  // Outlines and names come in one tile: whoever asks second waits for the first one's answer.
  const running = new Map();
  function ask(url) {
    if (!running.has(url)) {
      running.set(url, fetch(url, { credentials: "same-origin" })
        .then(function (answer) {
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.arrayBuffer();
        })
        .then(read)
        .finally(function () { running.delete(url); }));
    }
    return running.get(url);
  }

  const Tiles = window.L && L.GridLayer.extend({
    options: { tileSize: SIZE, minZoom: 1, maxZoom: DEEPEST, updateWhenIdle: true, keepBuffer: 1, noWrap: true, url: "" },
    initialize: function (options) {
      L.setOptions(this, options);
      this.held = new Map();   // what is drawn by the key of its tile
      this.on("tileunload", function (gone) { this.forget(this._tileCoordsToKey(gone.coords)); });
    },
    createTile: function (coords, done) {
      const layer = this, key = this._tileCoordsToKey(coords), box = this.makeTile();
      // With 512 pixels a tile the map is one zoom ahead of the tiles.
      const url = L.Util.template(this.options.url, { z: coords.z - 1, x: coords.x, y: coords.y });
      const one = { coords: coords, box: box, layers: {}, made: [] };
      this.held.set(key, one);
      ask(url).then(function (layers) {
        if (layer.held.get(key) !== one) return;
        one.layers = layers;
        layer.draw(one);
        done(null, box);
      }).catch(function (error) { done(error, box); });
      return box;
    },
    makeTile: function () { return document.createElement("div"); },
    forget: function (key) {
      const one = this.held.get(key);
      if (one) one.made.forEach(function (made) { made.remove(); });
      this.held.delete(key);
    },
    // Where a feature's first point lies on the earth.
    place: function (one, feature) {
      const scale = SIZE / feature.extent, line = feature.lines[0];
      const at = L.point(one.coords.x * SIZE + line[0] * scale, one.coords.y * SIZE + line[1] * scale);
      return this._map.unproject(at, one.coords.z);
    },
  });

  // ── outlines ───────────────────────────────────────────────────────────────────────────────

  function path(pen, lines, scale) {
    pen.beginPath();
    lines.forEach(function (line) {
      pen.moveTo(line[0] * scale, line[1] * scale);
      for (let i = 2; i < line.length; i += 2) pen.lineTo(line[i] * scale, line[i + 1] * scale);
    });
  }

  // Two neighbours draw the border between them, each in its own direction: piece by piece from
  // the same end, so that the dashes of the second one fall on those of the first.
  function pieces(pen, lines, scale) {
    pen.beginPath();
    lines.forEach(function (line) {
      for (let i = 2; i < line.length; i += 2) {
        const isForward = line[i - 2] < line[i] || (line[i - 2] === line[i] && line[i - 1] < line[i + 1]);
        const from = isForward ? i - 2 : i, to = isForward ? i : i - 2;
        pen.moveTo(line[from] * scale, line[from + 1] * scale);
        pen.lineTo(line[to] * scale, line[to + 1] * scale);
      }
    });
  }

  const Areas = Tiles && Tiles.extend({
    makeTile: function () {
      const box = document.createElement("canvas");
      // A poor phone has many pixels and little memory: two for one are sharp enough.
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      box.width = box.height = SIZE * ratio;
      return box;
    },
    onAdd: function (map) {
      const css = getComputedStyle(map.getContainer());
      this.ink = {};
      ["m-block", "m-grid", "brand"].forEach(function (name) {
        this.ink[name] = css.getPropertyValue("--" + name).trim();
      }, this);
      L.GridLayer.prototype.onAdd.call(this, map);
    },
    draw: function (one) {
      const pen = one.box.getContext("2d"), zoom = one.coords.z, layer = this;
      const side = one.box.width / SIZE;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, one.box.width, one.box.height);
      pen.setTransform(side, 0, 0, side, 0, 0);
      pen.lineJoin = "round";
      const areas = one.layers.areas || [];
      const of = function (level) { return areas.filter(function (area) { return area.said.level === level; }); };
      of(LEVEL.district).forEach(function (area) { layer.district(pen, area); });
      of(LEVEL.grid).forEach(function (area) { layer.grid(pen, area, zoom); });
      of(LEVEL.community).forEach(function (area) { layer.line(pen, area, zoom < 12 ? 1 : 1.75); });
      of(LEVEL.street).forEach(function (area) { layer.line(pen, area, zoom < 12 ? 2 : 3.5); });
      areas.forEach(function (area) { if (layer.own && area.said.code === layer.own) layer.mine(pen, area); });
    },
    district: function (pen, area) {
      path(pen, area.lines, SIZE / area.extent);
      pen.fillStyle = this.ink["m-block"];
      if (!this.options.hasBase) pen.fill("evenodd");
      this.stroke(pen, 4, []);
    },
    grid: function (pen, area, zoom) {
      const isFar = zoom < DASHES_FROM;
      pieces(pen, area.lines, SIZE / area.extent);
      pen.globalAlpha = isFar ? .35 : .8;
      // A special grid lies over others: dash and dot, so that one sees which line is whose.
      this.stroke(pen, isFar ? .75 : area.said.special ? 1.75 : 1.25, isFar ? [] : area.said.special ? [9, 3, 2, 3] : [5, 4]);
      pen.globalAlpha = 1;
    },
    line: function (pen, area, width) {
      path(pen, area.lines, SIZE / area.extent);
      this.stroke(pen, width, []);
    },
    mine: function (pen, area) {
      path(pen, area.lines, SIZE / area.extent);
      pen.fillStyle = pen.strokeStyle = this.ink.brand;
      pen.globalAlpha = .12;
      pen.fill("evenodd");
      pen.globalAlpha = 1;
      pen.setLineDash([]);
      pen.lineWidth = 3;
      pen.stroke();
    },
    stroke: function (pen, width, dashes) {
      pen.strokeStyle = this.ink["m-grid"];
      pen.lineWidth = width;
      pen.setLineDash(dashes);
      pen.stroke();
    },
    choose: function (code) {
      if (code === this.own) return;
      this.own = code;
      this.held.forEach(function (one) { this.draw(one); }, this);
    },
  });

  // ── names and marks ────────────────────────────────────────────────────────────────────────

  // Elements of the page, over the tiles: styled by the sheet, and no name is cut by a tile's edge.
  const Spots = Tiles && Tiles.extend({
    onAdd: function (map) {
      map.on("zoomend", this.leave, this);
      L.GridLayer.prototype.onAdd.call(this, map);
    },
    onRemove: function (map) {
      map.off("zoomend", this.leave, this);
      this.held.forEach(function (_one, key) { this.forget(key); }, this);
      L.GridLayer.prototype.onRemove.call(this, map);
    },
    // Leaflet keeps tiles of the zoom before until the new ones are there; two counts of the same
    // tickets would be one too many.
    leave: function () {
      this.held.forEach(function (one, key) { if (one.coords.z !== this._tileZoom) this.forget(key); }, this);
    },
    draw: function (one) {
      if (!this._map || one.coords.z !== this._tileZoom) return;
      (one.layers[this.options.layer] || []).forEach(function (feature) {
        const icon = this.options.make(feature.said, this.place(one, feature), one);
        if (!icon) return;
        one.made.push(L.marker(this.place(one, feature), {
          icon: icon, keyboard: false, interactive: Boolean(this.options.tap), pane: this.options.pane,
        }).addTo(this._map).on("click", this.options.tap ? this.options.tap.bind(null, feature.said) : L.Util.falseFn));
      }, this);
    },
  });

  // Two names never lie on each other: the one that came first stays.
  function names(map, said) {
    let placed = [], zoom = -1;

    function hasRoom(box) {
      return placed.every(function (other) {
        return box.east < other.west || box.west > other.east || box.south < other.north || box.north > other.south;
      });
    }

    function make(feature, at, one) {
      if (zoom !== one.coords.z) {
        placed = [];
        zoom = one.coords.z;
      }
      const point = map.project(at, zoom), half = 4 + 6.5 * feature.name.length;
      const box = { code: feature.code, west: point.x - half, east: point.x + half, north: point.y - 9, south: point.y + 9 };
      const before = placed.some(function (other) { return other.code === feature.code; });
      if (!before && !hasRoom(box)) return null;
      if (!before) placed.push(box);
      const words = document.createElement("span");   // a string would be read as HTML
      words.textContent = feature.name;
      return L.divIcon({ className: "map-label", html: words, iconSize: [2 * half, 18], iconAnchor: [half, 9] });
    }

    map.createPane("names").style.zIndex = 360;
    return new Spots({ url: said.ggTiles, layer: "names", make: make, pane: "names" }).addTo(map);
  }

  function areas(map, said) {
    map.createPane("outlines").style.zIndex = 350;   // over a base map, under circles and pins
    const layer = new Areas({ url: said.ggTiles, pane: "outlines", hasBase: said.ggBase && said.ggBase !== "none" });
    layer.own = said.ggOwn || "";
    layer.addTo(map);
    return { own: function (code) { layer.choose(code || ""); } };
  }

  function marks(url, layer, make, tap) {
    return new Spots({ url: url, layer: layer, make: make, tap: tap, pane: "markerPane" });
  }

  window.GovGridTiles = { areas: areas, names: names, marks: marks, read: read };
})();
