// One map for every page: own outlines, a base map where one is set, pins with the state's glyph.
//
// <div class="map" data-gg-map="view" {% map_data %} data-gg-extent="w,s,e,n" data-gg-own="code"
//   data-gg-pin="lon,lat" data-gg-pin-icon="s-onsite" data-gg-pin-colour="is-onsite"
//   data-gg-points="lon,lat;lon,lat">
// draws itself. With data-gg-map="hand" a page's own script calls GovGridMap.create(element);
// data-gg-still leaves one finger and the wheel to the page all the same.
// create() gives { map, pin(latlng, icon, colour), own(code), here(latlng, metres) }.
(function () {
  "use strict";

  const NS = "http://www.w3.org/2000/svg";
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

  function create(element) {
    const said = element.dataset;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const isStill = said.ggMap === "view" || "ggStill" in said;
    const map = L.map(element, {
      attributionControl: true, zoomControl: false, maxZoom: 19, minZoom: 7,
      zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm,
      // One finger scrolls the page past a small map that is only looked at.
      dragging: !isStill || !L.Browser.mobile, tap: false, scrollWheelZoom: !isStill,
    });
    map.attributionControl.setPrefix(false);
    L.control.zoom({ position: "topright", zoomInTitle: said.ggIn || "+", zoomOutTitle: said.ggOut || "−" }).addTo(map);
    addBase(map, said);
    const lines = window.GovGridTiles.areas(map, said);
    window.GovGridTiles.names(map, said);

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
    if (at) {
      made.pin([at[1], at[0]], said.ggPinIcon, said.ggPinColour);
      L.circle([at[1], at[0]], { radius: 50, className: "m-near", interactive: false }).addTo(map);
      map.setView([at[1], at[0]], CLOSE);
    } else if (extent) {
      map.fitBounds([[extent[1], extent[0]], [extent[3], extent[2]]], { padding: [12, 12], maxZoom: CLOSE });
    } else {
      map.setView([middle[1], middle[0]], middle[2]);
    }
    // Once there is a view: before, an outline beside a circle has no bounds to be clipped by.
    if (said.ggShape) {
      L.geoJSON(JSON.parse(said.ggShape), { interactive: false, style: { className: "m-on" } }).addTo(map);
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
