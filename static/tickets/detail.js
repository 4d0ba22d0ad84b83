// One ticket: the keys of its acts, and an act named in the address opens by itself.
(function () {
  "use strict";

  function isTyping(element) {
    return element && (element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName));
  }

  function open(move) {
    if (move.tagName === "DETAILS") {
      move.open = true;
      const first = move.querySelector("select, input:not([type=hidden]), textarea");
      if (first) first.focus();
      return;
    }
    (move.querySelector("button") || move).focus();
  }

  function take(move) {
    if (move.tagName === "DETAILS") open(move);
    else (move.querySelector("button") || move).click();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    const key = event.key.toUpperCase();
    if (key === "/") {
      event.preventDefault();
      location.assign(document.querySelector("[data-gg-search]").dataset.ggSearch);
      return;
    }
    if (!/^[A-Z]$/.test(key)) return;
    const move = document.querySelector('[data-gg-move="' + key + '"]');
    if (!move) return;
    event.preventDefault();
    take(move);
  });

  // The four elements are ticked off as they are typed.
  function tick(list) {
    for (const item of list.querySelectorAll("[data-gg-element]")) {
      const field = document.getElementById(item.dataset.ggElement);
      item.classList.toggle("has", Boolean(field && field.value.trim()));
    }
  }
  for (const list of document.querySelectorAll("[data-gg-elements]")) {
    list.closest("form").addEventListener("input", function () { tick(list); });
    tick(list);
  }

  // What was done a moment ago can be taken back while the seconds run down.
  const undo = document.querySelector("[data-gg-undo]");
  if (undo) {
    let left = Number(undo.dataset.ggUndo);
    const words = undo.querySelector("[data-gg-undo-left]");
    const timer = setInterval(function () {
      left -= 1;
      if (words) words.textContent = String(left);
      if (left > 0) return;
      clearInterval(timer);
      undo.remove();
    }, 1000);
  }

  function follow() {
    const name = location.hash.slice(1);
    const move = name ? document.getElementById(name) : null;
    if (move && move.matches("[data-gg-move]")) open(move);
  }
  if (!document.querySelector("[data-gg-summary]")) follow();
  window.addEventListener("hashchange", follow);
})();
