// One map for every page: own outlines, a base map where one is set, pins with the state's glyph.
//
// <div class="map" data-gg-map="view" {% map_data %} data-gg-extent="w,s,e,n" data-gg-own="code"
//   data-gg-pin="lon,lat" data-gg-pin-icon="s-onsite" data-gg-pin-colour="is-onsite"
//   data-gg-points="lon,lat;lon,lat">
// draws itself. With data-gg-map="hand" a page's own script calls GovGridMap.create(element).
// create() gives { map, pin(latlng, icon, colour), own(code), here(latlng, metres) }.
(function () {
  "use strict";

  const NS = "http://www.w3.org/2000/svg";
  const LABELS_FROM = 15;   // zoom from which a grid has room for its name
  const CLOSE = 17;

  function numbers(text) {
    const found = (text || "").split(",").map(Number);
    return found.length > 1 && found.every(Number.isFinite) ? found : null;
  }

  function svg(name, attributes, parent) {
    const element = document.createElementNS(NS, name);
    Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    if (parent) parent.appendChild(element);
    return element;
  }

  // A drop, 34 px wide in a box of 44 px, that carries the glyph of a state.
  function pinIcon(sprite, icon, colour) {
    const picture = svg("svg", { class: "pin map-pin " + (colour || ""), viewBox: "-13 -30 26 32", "aria-hidden": "true" });
    svg("path", { d: "M0 0c-1.500 0-11-9.500-11-17a11 11 0 0 1 22 0C11-9.500 1.500 0 0 0z" }, picture);
    svg("use", { href: sprite + "#i-" + icon, x: "-7.5", y: "-24.5", width: "15", height: "15" }, picture);
    return L.divIcon({ className: "map-hit", html: picture.outerHTML, iconSize: [44, 48], iconAnchor: [22, 46] });
  }

  // A disc with a number, the same as in the list beside the map.
  function discIcon(number) {
    const picture = svg("svg", { class: "pin map-disc", viewBox: "-13 -13 26 26", "aria-hidden": "true" });
    svg("circle", { r: "11" }, picture);
    svg("text", { y: "4.5" }, picture).textContent = number;
    return L.divIcon({ className: "map-hit", html: picture.outerHTML, iconSize: [26, 26], iconAnchor: [13, 13] });
  }

  function tianditu(layer, key) {
    const url = "https://t{s}.tianditu.gov.cn/" + layer + "_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0" +
      "&LAYER=" + layer + "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles" +
      "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=" + encodeURIComponent(key);
    return L.tileLayer(url, { subdomains: "01234567", maxZoom: 18, referrerPolicy: "origin" });
  }

  // 天地图 uses CGCS2000, within a metre of GPS: no shift.
  function addBase(map, said) {
    const note = map.attributionControl;
    if (said.ggBase === "osm") {
      // The tile servers turn away whoever does not say which site asks.
      L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { maxZoom: 19, referrerPolicy: "origin" }).addTo(map);
      note.addAttribution("© OpenStreetMap");
    } else if (said.ggBase === "tianditu") {
      tianditu("vec", said.ggKey || "").addTo(map);
      tianditu("cva", said.ggKey || "").addTo(map);
      note.addAttribution("天地图" + (said.ggReview ? " " + said.ggReview : ""));
    }
  }

  const ORDER = ["city", "district", "grid", "community", "street"];
  const LOOKS = { grid: "m-grids", community: "m-comms", street: "m-comms", district: "m-rim", city: "m-rim" };

  function outlines(map, said) {
    map.createPane("outlines").style.zIndex = 350;   // over the tiles, under circles and pins
    let layer = null, own = said.ggOwn || "", running = null, timer = 0;

    function label(feature, shape) {
      const one = feature.properties;
      if (one.level !== "grid" && one.level !== "community") return;
      if (one.code === own) return;   // the page says it in words, and the pin would lie on it
      const isClose = map.getZoom() >= LABELS_FROM;
      if ((one.level === "grid") !== isClose) return;
      const name = document.createElement("span");   // a string would be read as HTML
      name.textContent = one.name;
      shape.bindTooltip(name, {
        permanent: true, direction: "center", interactive: false, opacity: 1, className: "map-label",
      });
    }

    // Large areas first, so that small ones lie on them; the own one last.
    function depth(feature) {
      return feature.properties.code === own ? ORDER.length : ORDER.indexOf(feature.properties.level);
    }

    function draw(found) {
      const sorted = found.features.slice().sort(function (a, b) { return depth(a) - depth(b); });
      const fresh = L.geoJSON(sorted, {
        interactive: false,
        pane: "outlines",
        style: function (feature) {
          const one = feature.properties;
          const isOwn = one.code === own;
          return { className: isOwn ? "m-on" : LOOKS[one.level] || "m-grids", fill: isOwn || one.level === "district" };
        },
        onEachFeature: label,
      });
      if (layer) layer.remove();
      layer = fresh.addTo(map);
    }

    function load() {
      // Put away or not shown yet: there is nothing to ask for.
      if (!map.getContainer().isConnected || !map.getSize().x) return;
      const box = map.getBounds().pad(0.2);
      const edges = [
        Math.max(box.getWest(), -180), Math.max(box.getSouth(), -85),
        Math.min(box.getEast(), 180), Math.min(box.getNorth(), 85),
      ];
      if (running) running.abort();
      running = new AbortController();
      const asked = new URLSearchParams({ bbox: edges.map(function (edge) { return edge.toFixed(6); }).join(","), zoom: map.getZoom() });
      fetch(said.ggOutlines + "?" + asked, { signal: running.signal, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (found) { if (found) draw(found); })
        .catch(function () { /* without outlines the pin and the words are still there */ });
    }

    map.on("moveend", function () {
      clearTimeout(timer);
      timer = setTimeout(load, 120);
    });
    return {
      own: function (code) { if (code !== own) { own = code; load(); } },
    };
  }

  function create(element) {
    const said = element.dataset;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(element, {
      attributionControl: true, zoomControl: false, maxZoom: 19, minZoom: 8,
      zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm,
      // One finger scrolls the page past a small map that is only looked at.
      dragging: said.ggMap !== "view" || !L.Browser.mobile, tap: false, scrollWheelZoom: said.ggMap !== "view",
    });
    map.attributionControl.setPrefix(false);
    L.control.zoom({ position: "topright", zoomInTitle: said.ggIn || "+", zoomOutTitle: said.ggOut || "−" }).addTo(map);
    addBase(map, said);
    const lines = outlines(map, said);

    const extent = numbers(said.ggExtent), at = numbers(said.ggPin), middle = numbers(said.ggMiddle) || [111.32, 30.77, 13];
    let marker = null, halo = null;
    const made = {
      map: map,
      own: lines.own,
      pin: function (latlng, icon, colour) {
        if (marker) marker.remove();
        marker = latlng ? L.marker(latlng, {
          icon: pinIcon(said.ggSprite, icon || "s-new", colour || "is-new"),
          keyboard: false, interactive: false, alt: "",
        }).addTo(map) : null;
      },
      here: function (latlng, metres) {
        if (halo) halo.remove();
        halo = L.layerGroup([
          L.circle(latlng, { radius: metres, className: "m-here-halo", stroke: false, interactive: false }),
          L.circleMarker(latlng, { radius: 7, className: "m-here", interactive: false }),
        ]).addTo(map);
      },
    };
    if (said.ggShape) {
      L.geoJSON(JSON.parse(said.ggShape), { interactive: false, style: { className: "m-on" } }).addTo(map);
    }
    if (at) {
      made.pin([at[1], at[0]], said.ggPinIcon, said.ggPinColour);
      L.circle([at[1], at[0]], { radius: 50, className: "m-near", interactive: false }).addTo(map);
      map.setView([at[1], at[0]], CLOSE);
    } else if (extent) {
      map.fitBounds([[extent[1], extent[0]], [extent[3], extent[2]]], { padding: [12, 12], maxZoom: CLOSE });
    } else {
      map.setView([middle[1], middle[0]], middle[2]);
    }
    // "lon,lat;lon,lat": an empty place keeps its number, as the list does.
    (said.ggPoints || "").split(";").forEach(function (text, n) {
      const point = numbers(text);
      if (point) L.marker([point[1], point[0]], { icon: discIcon(n + 1), keyboard: false, interactive: false, alt: "" }).addTo(map);
    });
    // The fonts and the large type may change the height after the first drawing.
    if (window.ResizeObserver) new ResizeObserver(function () { map.invalidateSize({ animate: false }); }).observe(element);
    return made;
  }

  function drawAll(root) {
    root.querySelectorAll('[data-gg-map="view"]:not(.leaflet-container)').forEach(create);
  }

  window.GovGridMap = { create: create };
  drawAll(document);
  document.addEventListener("htmx:load", function (event) { drawAll(event.detail.elt); });
})();
