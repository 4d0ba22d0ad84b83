// Maps of responsibility: the pieces of a layer, one conflict each, and a piece drawn by its corners.
(function () {
  "use strict";

  const STYLES = ["layer-a", "layer-b", "layer-c", "layer-d"];   // by dash, not by colour alone

  function fit(map, shape) {
    const bounds = shape.getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [16, 16], maxZoom: 17 });
  }

  document.querySelectorAll("[data-gg-conflict]").forEach(function (element) {
    const made = window.GovGridMap.create(element);
    fit(made.map, L.geoJSON(JSON.parse(element.dataset.ggConflict), {
      interactive: false, style: { className: "m-conflict" },
    }).addTo(made.map));
  });

  const element = document.querySelector("[data-gg-layer]");
  if (!element) return;
  const map = window.GovGridMap.create(element).map;
  document.querySelectorAll("[data-gg-piece]").forEach(function (row, number) {
    L.geoJSON(JSON.parse(row.dataset.ggPiece), {
      interactive: false, style: { className: STYLES[number % STYLES.length] },
    }).addTo(map).bindTooltip(String(number + 1), { permanent: true, direction: "center", opacity: 1, className: "layer-number" });
  });

  const field = document.querySelector("[name=outline]");
  const buttons = document.querySelector("[data-gg-draw]");
  if (!field || !buttons) return;
  buttons.hidden = false;
  const corners = [];
  let drawn = null;

  function show() {
    if (drawn) drawn.remove();
    drawn = corners.length > 2 ? L.polygon(corners, { className: "m-on", interactive: false })
      : L.polyline(corners, { className: "m-on", interactive: false });
    drawn.addTo(map);
    if (corners.length < 3) { field.value = ""; return; }
    const ring = corners.concat([corners[0]]).map(function (one) {
      return [Number(one.lng.toFixed(6)), Number(one.lat.toFixed(6))];
    });
    field.value = JSON.stringify({ type: "Polygon", coordinates: [ring] });
  }

  map.on("click", function (event) { corners.push(event.latlng); show(); });
  buttons.querySelector("[data-gg-undo]").addEventListener("click", function () { corners.pop(); show(); });
  buttons.querySelector("[data-gg-clear]").addEventListener("click", function () { corners.length = 0; show(); });
})();
