// The report page: categories by typing, what is near, what stands there.
(function () {
  "use strict";

  const form = document.querySelector("[data-gg-report]");
  if (!form) return;
  const say = form.dataset;
  const one = function (name) { return form.querySelector("[data-gg-" + name + "]"); };
  const lon = form.elements.lon, lat = form.elements.lat;

  // The pin is put by grids/pick.js.
  form.addEventListener("gg:place", function () {
    findSimilar();
    findStanding();
  });

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
