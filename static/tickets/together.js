// Several tickets at once, on the list and on the board: what is marked, and the bar with the moves
// that all of them allow, as the server says. Without it one button leads to a page that says it too.
(function () {
  "use strict";

  const bar = document.querySelector("[data-gg-bar]");
  if (!bar || !window.fetch) return;
  const MOST = 50, picked = new Set();
  const acts = bar.querySelector("[data-gg-bar-acts]"), count = bar.querySelector("[data-gg-bar-count]");
  let asking = 0, turn = 0;

  bar.setAttribute("data-gg-scripted", "");
  bar.hidden = true;
  bar.querySelector("[data-gg-bar-plain]").hidden = true;
  bar.querySelector("[data-gg-bar-clear]").hidden = false;

  function boxes() { return Array.from(document.querySelectorAll("[data-gg-pick]")); }
  function holder(box) { return box.closest("[data-gg-tile], .tickets__row"); }

  function show() {
    boxes().forEach(function (box) {
      box.checked = picked.has(box.value);
      const one = holder(box);
      if (one) one.classList.toggle("is-picked", box.checked);
    });
    bar.hidden = picked.size === 0;
    document.documentElement.classList.toggle("is-picking", picked.size > 0);
    count.textContent = String(picked.size);
    clearTimeout(asking);
    // What stands there was said of other marks: nobody may press it, and no older answer comes.
    turn += 1;
    if (!picked.size) { acts.textContent = ""; return; }
    acts.inert = true;
    acts.setAttribute("aria-busy", "true");
    asking = setTimeout(ask, 200);
  }

  // Whoever marks ten asks once.
  function ask() {
    const query = new URLSearchParams(Array.from(picked, function (number) { return ["n", number]; }));
    const mine = turn;
    fetch(bar.dataset.ggBar + "?" + query, { headers: { "HX-Request": "true" } }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (html) {
      if (mine !== turn) return;
      acts.innerHTML = html;
      acts.removeAttribute("aria-busy");
      acts.inert = false;
    }).catch(function () {
      if (mine !== turn) return;
      // The page without script does the same.
      bar.querySelector("[data-gg-bar-plain]").hidden = false;
    });
  }

  function toggle(box) {
    if (picked.has(box.value)) picked.delete(box.value);
    else if (picked.size < MOST) picked.add(box.value);
    show();
  }

  function clear() { picked.clear(); show(); }

  document.addEventListener("change", function (event) {
    const box = event.target.closest("[data-gg-pick]");
    if (!box) return;
    if (box.checked && picked.size < MOST) picked.add(box.value);
    else picked.delete(box.value);
    show();
  });
  bar.querySelector("[data-gg-bar-clear]").addEventListener("click", clear);

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = event.target, isBox = target.matches && target.matches("[data-gg-pick]");
    if (!isBox && target.closest && target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    if (event.key === "Escape" && picked.size && !document.querySelector("dialog[open]")) { clear(); return; }
    if (event.key.toLowerCase() !== "x" || document.body.classList.contains("board-keys-off")) return;
    const one = (target.closest && target.closest("[data-gg-tile], .tickets__row")) || document.querySelector('[data-gg-tile][aria-current="true"]');
    const box = one && one.querySelector("[data-gg-pick]");
    if (!box) return;
    event.preventDefault();
    toggle(box);
  });

  // What was drawn anew is marked again; what is not shown any more is not acted on either.
  const watched = document.querySelector("[data-gg-columns]") ? document.querySelector("[data-gg-board]") : document.getElementById("results");
  if (watched) {
    new MutationObserver(function () {
      const shown = new Set(boxes().map(function (box) { return box.value; }));
      const gone = Array.from(picked).filter(function (number) { return !shown.has(number); });
      gone.forEach(function (number) { picked.delete(number); });
      if (gone.length) show();
      boxes().forEach(function (box) {
        const one = holder(box), isOn = picked.has(box.value);
        if (box.checked !== isOn) box.checked = isOn;
        if (one && one.classList.contains("is-picked") !== isOn) one.classList.toggle("is-picked", isOn);
      });
    }).observe(watched, { childList: true, subtree: true });
  }
  document.addEventListener("gg:picked-done", clear);
  boxes().forEach(function (box) { if (box.checked) picked.add(box.value); });
  show();
})();
