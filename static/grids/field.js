// The grid worker's page: the clock runs, a check-in brings its point, a second tap does nothing.
// Without script a check-in counts too, without a point.
(function () {
  "use strict";

  // ── the clock ────────────────────────────────────────────────────────────────────────────────

  const clock = document.querySelector("[data-gg-clock]");
  const bar = document.querySelector("[data-gg-bar]");
  if (clock) {
    const said = clock.dataset, at = Date.now(), before = Number(said.ggClock);
    setInterval(function () {
      const minutes = before + Math.floor((Date.now() - at) / 60000);
      const hours = Math.floor(minutes / 60);
      clock.textContent = (hours ? said.ggLong : said.ggShort).replace("HOURS", hours).replace("MINUTES", minutes - hours * 60);
      bar.value = minutes;
    }, 15000);
  }

  // ── one tap, one form ────────────────────────────────────────────────────────────────────────

  document.querySelectorAll("form[data-gg-once]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.hasAttribute("aria-busy")) event.preventDefault();
      form.setAttribute("aria-busy", "true");
    });
  });

  const form = document.querySelector("[data-gg-check-in]");
  const say = document.querySelector("[data-gg-say]");
  const button = form && form.querySelector("button");

  function send(without) {
    form.elements.without.value = without;
    form.submit();
  }

  if (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (button.hasAttribute("aria-busy")) return;
      button.setAttribute("aria-busy", "true");
      if (!navigator.geolocation || !window.isSecureContext) {
        send("nowhere");
        return;
      }
      say.textContent = form.dataset.ggLooking;
      say.hidden = false;
      navigator.geolocation.getCurrentPosition(function (got) {
        // Six digits are a tenth of a metre.
        form.elements.lon.value = got.coords.longitude.toFixed(6);
        form.elements.lat.value = got.coords.latitude.toFixed(6);
        send("");
      }, function (error) {
        send(error.code === error.PERMISSION_DENIED ? "refused" : "nowhere");
      }, { enableHighAccuracy: true, timeout: 8000, maximumAge: 5000 });
    });
  }

  // Back from the next page: what was busy is not any more.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) window.location.reload();
  });
})();
