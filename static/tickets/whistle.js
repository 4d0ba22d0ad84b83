// The whistle in a form: what each kind asks for, what would become of it, and the words of the button.
(function () {
  "use strict";

  const part = document.querySelector("[data-gg-whistle]");
  if (!part) return;
  const form = part.closest("form");
  const one = function (name) { return form.querySelector("[data-gg-" + name + "]"); };
  const terms = one("terms"), reasons = one("reasons"), words = one("go-words");
  const plain = words ? words.textContent : "";
  // What changes what would become of it. The pin says so by itself: gg:place.
  const turns = ["whistle_kind", "category", "grid", "grid_code"];

  form.querySelectorAll("[data-gg-without-script]").forEach(function (line) { line.hidden = true; });

  function showKind() {
    const picked = part.querySelector("[name=whistle_kind]:checked");
    if (reasons) reasons.hidden = !(picked && picked.hasAttribute("data-gg-asks"));
    if (words) words.textContent = picked ? picked.dataset.ggSend : plain;
  }

  function showUsual() {
    const picked = form.querySelector("[name=category]:checked");
    if (!picked) return;
    part.querySelectorAll("[data-gg-usual]").forEach(function (tag) {
      tag.hidden = tag.dataset.ggUsual !== picked.dataset.ggUsualKind;
    });
  }

  function sayTerms() {
    const said = terms.querySelector("[data-gg-send]");
    if (words && said) words.textContent = said.dataset.ggSend;
  }

  function ask() {
    terms.setAttribute("aria-busy", "true");
    terms.dispatchEvent(new CustomEvent("gg:terms"));
  }

  form.addEventListener("change", function (event) {
    if (!turns.includes(event.target.name)) return;
    showKind();
    showUsual();
    ask();
  });
  form.addEventListener("gg:place", ask);
  terms.addEventListener("htmx:afterSwap", function () {
    terms.removeAttribute("aria-busy");
    showKind();
    sayTerms();
  });
  // Without an answer nothing is promised: what stands there was about something else.
  ["htmx:sendError", "htmx:responseError"].forEach(function (name) {
    terms.addEventListener(name, function () {
      terms.removeAttribute("aria-busy");
      terms.textContent = "";
      showKind();
    });
  });
  showKind();
  sayTerms();
})();
