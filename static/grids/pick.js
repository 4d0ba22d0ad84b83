// A form that asks where something is: the pin, "Here I am", the grid's name at once.
//
// Draws templates/grids/_pick.html. The form has the fields lon and lat (and crs, if it likes);
// data-gg-lists names its other ways to say where: the later one counts. Without script those
// remain. On the form "gg:place" is told whenever a grid was found.
(function () {
  "use strict";

  const box = document.querySelector("[data-gg-pick]"), form = box && box.closest("form");
  if (!form || !window.L || !window.GovGridMap) return;
  const say = box.dataset;
  const one = function (name) { return form.querySelector("[data-gg-" + name + "]"); };
  const lon = form.elements.lon, lat = form.elements.lat, crs = form.elements.crs;
  const list = one("list"), placeBox = one("place"), placeWords = one("place-words"), said = one("said");
  const others = say.ggLists.split(" ").map(function (name) { return form.elements[name]; }).filter(Boolean);
  const mapBox = box.querySelector("[data-gg-map]"), view = window.GovGridMap.create(mapBox);

  if (!others.some(function (field) { return field.value; }) && !list.querySelector(".is-wrong")) list.open = false;

  function tell(text) {
    said.textContent = text || "";
    said.hidden = !text;
  }

  function showPlace(words, small, isWrong) {
    placeBox.classList.toggle("is-wrong", Boolean(isWrong));
    placeWords.textContent = "";
    const strong = document.createElement(isWrong ? "span" : "strong");
    strong.textContent = words;
    placeWords.append(strong);
    if (small) {
      const more = document.createElement("small");
      more.textContent = small;
      placeWords.append(more);
    }
  }

  let asked = 0;
  function nameTheGrid(x, y) {
    const mine = ++asked;
    fetch(say.ggLocate + "?" + new URLSearchParams({ lon: x, lat: y }), { credentials: "same-origin" })
      .then(function (answer) { return answer.json().then(function (body) { return [answer.ok, body]; }); })
      .then(function (got) {
        if (mine !== asked) return;
        const body = got[1];
        if (!got[0]) {
          showPlace(body.detail || say.ggNowhere, "", true);
          view.own("");
          return;
        }
        showPlace(body.grid.name, body.community.name + (body.border ? " · " + say.ggBorder : ""));
        view.own(body.grid.code);
        form.dispatchEvent(new CustomEvent("gg:place"));
      })
      .catch(function () { if (mine === asked) showPlace(say.ggOffline, "", true); });
  }

  function put(latlng) {
    const x = Number(latlng.lng.toFixed(6)), y = Number(latlng.lat.toFixed(6));
    lon.value = x;
    lat.value = y;
    if (crs) crs.value = "wgs84";
    others.forEach(function (field) { field.value = ""; });
    view.pin(latlng, "s-new", "is-onsite pin--me");
    nameTheGrid(x, y);
  }

  function lift() {
    lon.value = lat.value = "";
    if (crs) crs.value = "";
    asked += 1;
    view.pin(null);
    view.own("");
    showPlace(say.ggTap);
  }

  view.map.on("click", function (event) {
    tell("");
    put(event.latlng.wrap());
  });
  mapBox.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.target !== mapBox) return;
    event.preventDefault();
    put(view.map.getCenter().wrap());
  });
  if (lon.value && lat.value) {
    const before = L.latLng(Number(lat.value), Number(lon.value));
    if (isFinite(before.lat) && isFinite(before.lng) && Math.abs(before.lat) <= 90) {
      view.map.setView(before, 17);
      put(before);
    }
  }

  // The list and the pin are two ways to say one thing: the later one counts.
  others.forEach(function (field) {
    field.addEventListener("input", function () {
      if (!field.value) return;
      others.forEach(function (other) { if (other !== field) other.value = ""; });
      lift();
      showPlace(field.selectedOptions ? field.selectedOptions[0].textContent : field.value);
    });
  });

  // ── Here I am ────────────────────────────────────────────────────────────────────────────────

  const here = one("here");
  function locateMe() {
    if (!navigator.geolocation || !window.isSecureContext) {
      tell(say.ggNowhere);
      return;
    }
    tell(say.ggLooking);
    here.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(function (got) {
      here.removeAttribute("aria-busy");
      here.classList.add("is-on");
      const at = L.latLng(got.coords.latitude, got.coords.longitude);
      const metres = Math.max(1, Math.round(got.coords.accuracy));
      view.here(at, metres);
      view.map.setView(at, metres > 200 ? 15 : 17);
      put(at);
      tell(say.ggFound.replace("METRES", metres));
    }, function (error) {
      here.removeAttribute("aria-busy");
      tell(error.code === error.PERMISSION_DENIED ? say.ggRefused : say.ggNowhere);
    }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 });
  }
  here.addEventListener("click", locateMe);
  // Whoever has said yes before is not asked again and need not press.
  if ("ggEager" in say && navigator.permissions && !lon.value) {
    navigator.permissions.query({ name: "geolocation" })
      .then(function (answer) { if (answer.state === "granted" && !lon.value) locateMe(); })
      .catch(function () { /* an old browser: the button is there */ });
  }
})();
