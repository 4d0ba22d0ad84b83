// The report page: the pin, "Here I am", the grid's name at once, categories by typing, what is near.
(function () {
  "use strict";

  const form = document.querySelector("[data-gg-report]");
  if (!form) return;
  const say = form.dataset;
  const one = function (name) { return form.querySelector("[data-gg-" + name + "]"); };
  const lon = form.elements.lon, lat = form.elements.lat, crs = form.elements.crs;
  const list = one("list"), placeBox = one("place"), placeWords = one("place-words"), said = one("said");

  // ── the pin ──────────────────────────────────────────────────────────────────────────────────

  const mapBox = one("map");
  const view = window.L && window.GovGridMap && mapBox ? window.GovGridMap.create(mapBox) : null;
  const isListUsed = ["grid", "grid_code"].some(function (name) { return form.elements[name] && form.elements[name].value; });
  if (view && !isListUsed && !list.querySelector(".is-wrong")) list.open = false;

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
        findSimilar();
        findStanding();
        form.dispatchEvent(new CustomEvent("gg:place"));
      })
      .catch(function () { if (mine === asked) showPlace(say.ggOffline, "", true); });
  }

  function put(latlng) {
    const x = Number(latlng.lng.toFixed(6)), y = Number(latlng.lat.toFixed(6));
    lon.value = x;
    lat.value = y;
    crs.value = "wgs84";
    ["grid", "grid_code"].forEach(function (name) { if (form.elements[name]) form.elements[name].value = ""; });
    view.pin(latlng, "s-new", "is-onsite pin--me");
    nameTheGrid(x, y);
  }

  function lift() {
    lon.value = lat.value = crs.value = "";
    asked += 1;
    if (!view) return;
    view.pin(null);
    view.own("");
    showPlace(say.ggTap);
  }

  if (view) {
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
  }

  // The list and the pin are two ways to say one thing: the later one counts.
  ["grid", "grid_code"].forEach(function (name) {
    const field = form.elements[name];
    if (!field) return;
    field.addEventListener("input", function () {
      if (!field.value) return;
      const other = form.elements[name === "grid" ? "grid_code" : "grid"];
      if (other) other.value = "";
      lift();
      if (view) showPlace(name === "grid" ? field.selectedOptions[0].textContent : field.value);
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
  if (view && here) {
    here.addEventListener("click", locateMe);
    // Whoever has said yes before is not asked again and need not press.
    if (navigator.permissions && !lon.value) {
      navigator.permissions.query({ name: "geolocation" })
        .then(function (answer) { if (answer.state === "granted" && !lon.value) locateMe(); })
        .catch(function () { /* an old browser: the button is there */ });
    }
  }

  // ── what it is ───────────────────────────────────────────────────────────────────────────────

  const all = one("all"), filter = one("filter"), none = one("none"), chosen = one("chosen");
  const options = Array.from(form.querySelectorAll("[data-gg-option]"));

  // Full and half width, upper and lower case are one; each word must occur.
  function plain(text) { return text.normalize("NFKC").toLowerCase(); }

  function narrow() {
    const words = plain(filter.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    options.forEach(function (option) {
      const group = option.closest("[data-gg-group]").dataset.ggGroup;
      const text = plain(option.dataset.ggOption + " " + group);
      option.hidden = !words.every(function (word) { return text.includes(word); });
      if (!option.hidden) shown += 1;
    });
    form.querySelectorAll("[data-gg-group]").forEach(function (group) {
      group.hidden = !group.querySelector("[data-gg-option]:not([hidden])");
    });
    none.hidden = shown > 0;
  }

  if (filter) {
    filter.addEventListener("input", narrow);
    filter.addEventListener("keydown", function (event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const first = options.find(function (option) { return !option.hidden; });
      if (first) first.querySelector("input").click();
    });
    all.addEventListener("toggle", function () { if (all.open) filter.focus({ preventScroll: true }); });
    if (all.open && !all.querySelector("[data-gg-filter]:focus")) all.open = false;
  }

  form.addEventListener("change", function (event) {
    const picked = event.target;
    if (picked.name !== "category") return;
    const isInList = Boolean(picked.closest("[data-gg-all]"));
    chosen.hidden = !isInList;
    one("chosen-name").textContent = picked.dataset.ggName;
    for (const terms of form.querySelectorAll("[data-gg-condition]")) {
      terms.hidden = terms.dataset.ggCondition !== picked.value;
    }
    findSimilar();
  });
  // Choosing by arrow keys goes through many; the list closes when it was a tap or Enter.
  if (all) {
    all.addEventListener("click", function (event) {
      if (event.target.name === "category" && event.detail !== 0 || event.target.name === "category" && document.activeElement === filter) {
        all.open = false;
        chosen.scrollIntoView({ block: "nearest" });
      }
    });
  }

  // ── what is near ─────────────────────────────────────────────────────────────────────────────

  const near = one("near"), seen = form.elements.seen_near;
  const repeatOf = form.querySelector("input[name=repeat_of]");

  // What was chosen to be repeated stays chosen only while it is still near.
  function keepRepeat() {
    const same = near.querySelector('[data-gg-repeat][value="' + repeatOf.value + '"]');
    if (same) same.setAttribute("aria-pressed", "true");
    else repeatOf.value = "";
  }
  let running = null;
  function findSimilar() {
    const picked = form.querySelector('[name="category"]:checked');
    if (!picked || !lon.value) return;
    if (running) running.abort();
    running = new AbortController();
    const asks = new URLSearchParams({ lon: lon.value, lat: lat.value, category: picked.value });
    fetch(say.ggNearUrl + "?" + asks, { credentials: "same-origin", signal: running.signal })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (html) {
        near.innerHTML = html;
        const found = near.querySelector("[data-gg-seen]");
        seen.value = found ? found.dataset.ggSeen : "";
        keepRepeat();
      })
      .catch(function () { /* the server asks before it files */ });
  }
  // ── what stands there ────────────────────────────────────────────────────────────────────────

  const standing = one("standing"), standingList = one("standing-list"), facility = form.elements.facility;

  function pressChosen() {
    standingList.querySelectorAll("[data-gg-facility]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.ggFacility === facility.value));
    });
  }
  let looking = null;
  function findStanding() {
    if (looking) looking.abort();
    looking = new AbortController();
    const asks = new URLSearchParams({ lon: lon.value, lat: lat.value });
    fetch(say.ggStandingUrl + "?" + asks, { credentials: "same-origin", signal: looking.signal })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (html) {
        standingList.innerHTML = html;
        const many = standingList.querySelectorAll("[data-gg-facility]").length;
        one("standing-count").textContent = many || "";
        pressChosen();
      })
      .catch(function () { /* the number can be typed */ });
  }
  standing.addEventListener("click", function (event) {
    const button = event.target.closest("[data-gg-facility]");
    if (!button) return;
    // Pressed once more it is let go.
    facility.value = facility.value === button.dataset.ggFacility ? "" : button.dataset.ggFacility;
    pressChosen();
  });
  facility.addEventListener("input", pressChosen);

  near.addEventListener("click", function (event) {
    const again = event.target.closest("[data-gg-repeat]");
    if (again) {
      // Pressed once more it is let go: the report then stands for itself.
      const isOn = again.getAttribute("aria-pressed") !== "true";
      near.querySelectorAll("[data-gg-repeat]").forEach(function (other) { other.setAttribute("aria-pressed", "false"); });
      again.setAttribute("aria-pressed", String(isOn));
      repeatOf.value = isOn ? again.value : "";
      return;
    }
    const button = event.target.closest("[data-gg-anew]");
    if (!button) return;
    button.setAttribute("aria-pressed", "true");
    const words = form.elements.description;
    words.focus({ preventScroll: true });
    words.scrollIntoView({ block: "center" });
  });
})();
