// A draft on the map: tap a piece to choose it, or set the points of a line. The list and the field
// of points beside it are the truth; the map only shows them and writes into them.
(function () {
  "use strict";

  const DIGITS = 7;
  const element = document.querySelector("[data-gg-division]");
  const form = document.querySelector("[data-gg-draw]");
  const field = form ? form.querySelector("textarea[name=points]") : null;
  const pen = document.querySelector("[data-gg-pen]");
  const wipe = document.querySelector("[data-gg-wipe]");
  if (!element || !window.GovGridMap) return;

  const map = window.GovGridMap.create(element).map;
  const drawn = L.layerGroup().addTo(map);
  const layers = {}, found = {};
  let isPen = false;

  function boxes() { return Array.from(document.querySelectorAll("[data-gg-piece]")); }

  function box(number) {
    return boxes().find(function (one) { return one.value === String(number); });
  }

  function showChosen() {
    boxes().forEach(function (one) {
      one.closest("li").classList.toggle("is-chosen", one.checked);
      const path = layers[one.value] && layers[one.value].getElement();
      if (path) path.classList.toggle("m-piece--on", one.checked);
    });
  }

  function toggle(number) {
    const one = box(number);
    if (!one) return;
    one.checked = !one.checked;
    showChosen();
  }

  // ── points ──────────────────────────────────────────────────────────────────────────────────

  function points() {
    if (!field) return [];
    return field.value.split("\n").map(function (line) {
      const parts = line.replace(/[,，]/g, " ").trim().split(/\s+/).map(Number);
      return parts.length === 2 && parts.every(Number.isFinite) ? [parts[1], parts[0]] : null;
    }).filter(Boolean);
  }

  function showPoints() {
    drawn.clearLayers();
    const all = points();
    const isRing = form.elements.verb.value === "add_special";
    if (all.length > 1) {
      (isRing ? L.polygon : L.polyline)(all, { className: "m-pen", interactive: false }).addTo(drawn);
    }
    all.forEach(function (one) {
      L.circleMarker(one, { radius: 5, className: "m-pen-point", interactive: false }).addTo(drawn);
    });
  }

  function addPoint(latlng) {
    const text = field.value.replace(/\s+$/, "");
    const line = latlng.lng.toFixed(DIGITS) + ", " + latlng.lat.toFixed(DIGITS);
    field.value = text ? text + "\n" + line : line;
    showPoints();
  }

  function setPen(on) {
    isPen = on;
    pen.setAttribute("aria-pressed", String(on));
    element.classList.toggle("is-pen", on);
    // A double tap would zoom between two points.
    map.doubleClickZoom[on ? "disable" : "enable"]();
  }

  // ── pieces and findings ─────────────────────────────────────────────────────────────────────

  function drawPiece(feature, layer) {
    const one = feature.properties;
    layers[one.number] = layer;
    const label = document.createElement("span");   // a string would be read as HTML
    label.textContent = one.label || one.number;
    layer.bindTooltip(label, { permanent: true, direction: "center", className: "division-label" });
    layer.on("click", function (event) {
      if (isPen) return;   // the map takes it
      L.DomEvent.stopPropagation(event);
      toggle(one.number);
    });
  }

  function draw(answer) {
    L.geoJSON(answer.pieces, {
      style: function (feature) {
        return { className: "m-piece" + (feature.properties.special ? " m-piece--special" : "") };
      },
      onEachFeature: drawPiece,
    }).addTo(map);
    L.geoJSON(answer.findings, {
      interactive: false,
      style: function (feature) {
        return { className: "m-found" + (feature.properties.error ? "" : " m-found--warning") };
      },
      onEachFeature: function (feature, layer) { found[feature.properties.key] = layer; },
    }).addTo(map);
    showChosen();
    element.setAttribute("data-gg-drawn", "");
  }

  fetch(element.dataset.ggDivision, { credentials: "same-origin" })
    .then(function (answer) { return answer.ok ? answer.json() : null; })
    .then(function (answer) { if (answer) draw(answer); })
    .catch(function () { /* the list says the same */ });

  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-gg-piece]")) showChosen();
  });
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-gg-finding]");
    if (!button || !found[button.dataset.ggFinding]) return;
    map.fitBounds(found[button.dataset.ggFinding].getBounds(), { padding: [40, 40], maxZoom: 18 });
    element.scrollIntoView({ block: "nearest" });
    element.focus();
  });

  if (form) {
    map.on("click", function (event) { if (isPen) addPoint(event.latlng); });
    pen.addEventListener("click", function () { setPen(!isPen); });
    wipe.addEventListener("click", function () { field.value = ""; showPoints(); });
    field.addEventListener("input", showPoints);
    form.elements.verb.addEventListener("change", showPoints);
    showPoints();
  }
})();
