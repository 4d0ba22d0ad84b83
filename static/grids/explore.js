// A map with layers over its outlines, a sheet for what is tapped, and a list beside it.
(function () {
  "use strict";

  const NS = "http://www.w3.org/2000/svg";
  const DEEPEST = 19;
  const ANY = "A00000000-000000-0";   // stands for a number in the address of a ticket

  function svg(name, attributes, parent) {
    const element = document.createElementNS(NS, name);
    Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    if (parent) parent.appendChild(element);
    return element;
  }

  function short(number) { return number < 1000 ? String(number) : (number / 1000).toFixed(number < 10000 ? 1 : 0) + "k"; }

  // Wider for more, slowly: a thousand is not ten times as important as a hundred.
  // Things that stand there are squares, work that is open is round.
  function disc(feature, isSquare) {
    const side = Math.round(26 + 7 * Math.min(3, Math.log10(feature.many)));
    const box = document.createElement("span"), half = side / 2;
    const picture = svg("svg", { class: "pin", width: side, height: side, viewBox: [-half, -half, side, side].join(" "), "aria-hidden": "true" }, box);
    if (isSquare) svg("rect", { class: "map-square", x: 2 - half, y: 2 - half, width: side - 4, height: side - 4, rx: 4 }, picture);
    else svg("circle", { r: half - 2 }, picture);
    svg("text", { y: "4.5" }, picture).textContent = short(feature.many);
    if (feature.late) {
      const words = "!" + short(feature.late), wide = 6 + 6.5 * words.length;
      const late = svg("g", { class: "map-late", transform: "translate(" + (half - 3) + " " + (3 - half) + ")" }, picture);
      svg("rect", { x: -wide / 2, y: "-8", width: wide, height: "14", rx: "3" }, late);
      svg("text", { y: "2.500" }, late).textContent = words;
    }
    return L.divIcon({ className: "map-mark", html: box, iconSize: [44, 44], iconAnchor: [22, 22] });
  }

  // One alone is a link to its page, with the glyph of its state.
  function pin(feature, button, sprite) {
    const look = (button.dataset["gg" + feature.state.charAt(0).toUpperCase() + feature.state.slice(1)] || "is-new s-new").split(" ");
    // A layer without pages of its own has pins that lead nowhere.
    const page = button.dataset.ggPage, link = document.createElement(page ? "a" : "span");
    if (page) {
      link.href = page.replace(ANY, feature.number);
      link.tabIndex = -1;   // the list has it for the keyboard
    }
    link.title = [feature.number, look.slice(2).join(" "), feature.late ? button.dataset.ggLate || "" : ""].filter(Boolean).join(" · ");
    link.setAttribute("aria-label", link.title);
    const isLate = feature.late && button.dataset.ggLate;
    const picture = svg("svg", { class: "pin map-pin " + (isLate ? "is-over" : look[0]), viewBox: "-13 -30 26 32", "aria-hidden": "true" }, link);
    svg("path", { d: "M0 0c-1.500 0-11-9.500-11-17a11 11 0 0 1 22 0C11-9.500 1.500 0 0 0z" }, picture);
    svg("use", { href: sprite + "#i-" + (isLate ? "s-overdue" : look[1]), x: "-7.500", y: "-24.500", width: "15", height: "15" }, picture);
    return L.divIcon({ className: "map-mark", html: link, iconSize: [44, 48], iconAnchor: [22, 46] });
  }

  function addLayer(view, button, sprite) {
    const layer = window.GovGridTiles.marks(button.dataset.ggPieces, button.dataset.ggLayer, function (feature) {
      return feature.number ? pin(feature, button, sprite) : disc(feature, "ggSquare" in button.dataset);
    }, function (feature, event) {
      if (feature.number) return;   // the link itself leads on
      view.map.setView(event.latlng, Math.min(DEEPEST, view.map.getZoom() + 2));
    });
    function show() {
      if (button.getAttribute("aria-pressed") === "true") layer.addTo(view.map);
      else layer.remove();
    }
    button.addEventListener("click", function () {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      show();
    });
    show();
  }

  function sheetOf(frame, view, own) {
    const sheet = frame.querySelector("[data-gg-sheet]"), body = frame.querySelector("[data-gg-sheet-body]");
    let running = null;

    function close() {
      if (sheet.hidden) return;
      const had = sheet.contains(document.activeElement);
      sheet.hidden = true;
      view.own(own);
      if (had) view.map.getContainer().focus({ preventScroll: true });
    }
    // On a phone the sheet lies across the map: what was tapped comes out from under it.
    function uncover(latlng) {
      const down = view.map.latLngToContainerPoint(latlng).y;
      const isAcross = sheet.offsetWidth >= frame.offsetWidth - 2;
      if (isAcross && down > sheet.offsetTop - 24) view.map.panBy([0, down - sheet.offsetTop / 2], { animate: false });
    }
    function show(html, latlng, hasFocus) {
      body.innerHTML = html;
      sheet.hidden = false;
      uncover(latlng);
      const found = body.querySelector("[data-gg-code]"), head = body.querySelector("[data-gg-focus]");
      view.own(found ? found.dataset.ggCode : own);
      if (head && hasFocus) head.focus({ preventScroll: true });
    }
    function open(latlng, hasFocus) {
      if (running) running.abort();
      running = new AbortController();
      const asked = new URLSearchParams({ lon: latlng.lng.toFixed(6), lat: latlng.lat.toFixed(6), zoom: view.map.getZoom() });
      fetch(frame.dataset.ggAt + "?" + asked, { credentials: "same-origin", signal: running.signal })
        .then(function (answer) { return answer.ok ? answer.text() : ""; })
        .then(function (html) { if (html) show(html, latlng, hasFocus); })
        .catch(function () { /* moved on, or no signal: the list is there */ });
    }

    view.map.on("click", function (event) { open(event.latlng.wrap(), false); });
    frame.addEventListener("keydown", function (event) {
      if (event.key === "Escape") close();
      if (event.key !== "Enter" || event.target !== view.map.getContainer()) return;
      event.preventDefault();
      open(view.map.getCenter().wrap(), true);
    });
    sheet.querySelector("[data-gg-close]").addEventListener("click", close);
    // What happens on the sheet is no tap on the map beneath.
    L.DomEvent.disableClickPropagation(sheet);
  }

  // The row under the pointer or the focus is the area that is filled on the map.
  function twin(view, own) {
    let shown = null;
    function show(event) {
      const row = event.target.closest("[data-gg-twin] [data-gg-area]");
      if (row === shown) return;
      if (shown) shown.classList.remove("is-shown");
      if (row) row.classList.add("is-shown");
      shown = row;
      view.own(row ? row.dataset.ggArea : own);
    }
    document.querySelectorAll("[data-gg-twin]").forEach(function (list) {
      list.addEventListener("mouseover", show);
      list.addEventListener("focusin", show);
      list.addEventListener("mouseleave", function () { show({ target: document.body }); });
    });
  }

  document.querySelectorAll("[data-gg-frame]").forEach(function (frame) {
    const box = frame.querySelector("[data-gg-map]");
    if (!window.L || !window.GovGridMap || !box) return;
    frame.querySelector("[data-gg-without]").hidden = true;
    const view = window.GovGridMap.create(box), own = box.dataset.ggOwn || "";
    frame.querySelectorAll("[data-gg-layer]").forEach(function (button) { addLayer(view, button, box.dataset.ggSprite); });
    sheetOf(frame, view, own);
    twin(view, own);
  });
})();
