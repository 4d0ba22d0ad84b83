// What every page gains from script; without it all of it still works.
(function () {
  "use strict";

  // A summary of errors takes the focus, so that a screen reader starts there.
  function focusSummary(root) {
    const summary = root.querySelector("[data-gg-summary]");
    if (summary) summary.focus();
  }

  // A button that cannot be pressed yet leads to the list of what is missing.
  document.addEventListener("click", function (event) {
    const button = event.target.closest('[aria-disabled="true"]');
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const why = document.getElementById(button.getAttribute("aria-describedby") || "");
    if (!why) return;
    why.setAttribute("tabindex", "-1");
    why.focus();
  }, true);

  function closeMenus(except) {
    document.querySelectorAll("details[data-gg-menu][open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details[data-gg-menu]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-gg-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A toast says what was done. It goes by itself after 20 s, or when it is put away.
  function toasts(root) {
    root.querySelectorAll("[data-gg-toast]").forEach(function (toast) {
      const away = toast.querySelector("[data-gg-away]");
      away.hidden = false;
      away.addEventListener("click", function () { toast.remove(); });
      setTimeout(function () { toast.remove(); }, 20000);
    });
  }

  // Show the password: a checkbox that names the inputs it uncovers.
  document.addEventListener("change", function (event) {
    const box = event.target.closest("[data-gg-uncover]");
    if (!box) return;
    document.querySelectorAll(box.dataset.ggUncover).forEach(function (input) {
      input.type = box.checked ? "text" : "password";
    });
  });

  // What was sealed is shown for some minutes, and not again by going back to the page.
  function mask(part) {
    const said = document.createElement("p");
    said.className = "muted";
    said.setAttribute("role", "status");
    said.textContent = part.dataset.ggMasked;
    part.replaceWith(said);
  }
  function masks(root) {
    root.querySelectorAll("[data-gg-mask]").forEach(function (part) {
      setTimeout(function () { mask(part); }, 1000 * Number(part.dataset.ggMask));
      window.addEventListener("pagehide", function () { mask(part); });
    });
  }

  function prepare(root) {
    masks(root);
    root.querySelectorAll("[data-gg-needs-script]").forEach(function (part) { part.hidden = false; });
    focusSummary(root);
    toasts(root);
  }
  document.addEventListener("htmx:load", function (event) {
    if (event.detail.elt !== document.body) prepare(event.detail.elt);
  });
  prepare(document);
})();
