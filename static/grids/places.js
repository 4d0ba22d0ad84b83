// Entering a place: a tap on the map writes the two numbers, and the numbers move the pin.
(function () {
  "use strict";

  const form = document.querySelector("[data-gg-place-form]");
  const box = form && form.querySelector("[data-gg-map]");
  if (!box || !window.L || !window.GovGridMap) return;
  const view = window.GovGridMap.create(box);
  const lon = form.elements.lon, lat = form.elements.lat;

  function show(isMoving) {
    const at = L.latLng(Number(lat.value), Number(lon.value));
    if (!lon.value || !lat.value || !isFinite(at.lat) || !isFinite(at.lng)) return;
    view.pin(at, "s-new", "is-onsite pin--me");
    if (isMoving) view.map.setView(at, 17);
  }

  function put(latlng) {
    lon.value = latlng.lng.toFixed(6);
    lat.value = latlng.lat.toFixed(6);
    show(false);
  }

  view.map.on("click", function (event) { put(event.latlng.wrap()); });
  box.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault();
    put(view.map.getCenter().wrap());
  });
  [lon, lat].forEach(function (field) { field.addEventListener("change", function () { show(true); }); });
  show(true);
})();
