// The public page: a tap on the map, or where the browser says I am, opens the grid there.
(function () {
  "use strict";

  const element = document.querySelector("[data-gg-here]");
  const button = document.querySelector("[data-gg-find]");
  const sorry = document.querySelector("[data-gg-not-found]");

  // Five digits are a metre: more is nobody's business.
  function open(lat, lon) {
    window.location.assign("/?" + new URLSearchParams({ lon: lon.toFixed(5), lat: lat.toFixed(5) }) + "#here");
  }

  if (element && window.GovGridMap) {
    const made = window.GovGridMap.create(element);
    made.map.on("click", function (event) { open(event.latlng.lat, event.latlng.lng); });
  }
  if (button && navigator.geolocation) {
    button.hidden = false;
    button.addEventListener("click", function () {
      button.setAttribute("aria-busy", "true");
      navigator.geolocation.getCurrentPosition(function (found) {
        open(found.coords.latitude, found.coords.longitude);
      }, function () {
        button.removeAttribute("aria-busy");
        sorry.hidden = false;
      }, { timeout: 10000, maximumAge: 60000 });
    });
  }
})();
