// Trying a place out: a tap on the map writes its coordinates.
(function () {
  "use strict";

  const element = document.querySelector("[data-gg-try]");
  if (!element) return;
  const map = window.GovGridMap.create(element).map;
  let mark = null;

  map.on("click", function (event) {
    if (mark) mark.remove();
    mark = L.circleMarker(event.latlng, { radius: 8, className: "m-on", interactive: false }).addTo(map);
    document.querySelector("[name=lon]").value = event.latlng.lng.toFixed(6);
    document.querySelector("[name=lat]").value = event.latlng.lat.toFixed(6);
  });
})();
