// What is near me: a tap on the map, or where the browser says I am, opens the page of that place.
(function () {
  "use strict";

  const element = document.querySelector("[data-gg-near]");
  const button = document.querySelector("[data-gg-find]");
  const sorry = document.querySelector("[data-gg-not-found]");
  if (!element) return;

  // Five digits are a metre: more is nobody's business.
  function open(lat, lon) {
    const asked = { lon: lon.toFixed(5), lat: lat.toFixed(5), within: element.dataset.ggNear };
    window.location.assign("?" + new URLSearchParams(asked));
  }

  if (window.GovGridMap && element.hasAttribute("data-gg-map")) {
    const made = window.GovGridMap.create(element);
    const at = (element.dataset.ggAt || "").split(",").map(Number);
    if (at.length === 2) made.here([at[1], at[0]], Number(element.dataset.ggNear));
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
