// A scrutineer's key is made here and only its public half is sent. Without X25519 in the browser the
// button stays hidden, and the server makes the pair.
(() => {
  const form = document.querySelector("[data-gg-ballot-key]");
  if (!form || !window.crypto || !crypto.subtle) return;
  const find = (name) => form.querySelector(`[data-gg-ballot-${name}]`);
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const make = async () => {
    const pair = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
    const inside = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
    // The last 32 bytes of the wrapping are the key itself.
    find("private").textContent = text(inside.slice(-32));
    form.elements.public.value = text(await crypto.subtle.exportKey("raw", pair.publicKey));
    find("made").hidden = false;
    find("make").hidden = true;
    find("server").hidden = true;
  };
  crypto.subtle
    .generateKey({ name: "X25519" }, true, ["deriveBits"])
    .then(() => {
      find("make").hidden = false;
      find("make").addEventListener("click", make);
    })
    .catch(() => {});
})();
