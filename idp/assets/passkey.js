// Passkeys (Web Authentication Level 3). One form with `data-passkey` asks the device; the answer goes to the server as that form.
// Without this script, or without passkeys in the browser, the form stays hidden and the page shows the other ways.
(function () {
  "use strict";
  var form = document.querySelector("form[data-passkey]");
  var missing = document.getElementById("passkey-missing");
  var Key = window.PublicKeyCredential;
  if (!Key || !navigator.credentials) return;
  if (missing) missing.hidden = true;
  // Tells the server that scripts run and that this device itself can keep a passkey.
  var says = document.querySelector("input[name=passkeys]");
  if (says && Key.isUserVerifyingPlatformAuthenticatorAvailable) {
    Key.isUserVerifyingPlatformAuthenticatorAvailable().then(function (can) { if (can) says.value = "yes"; }, function () {});
  }
  // Tells the password manager which passkeys still count, so that it stops offering removed ones.
  var list = document.querySelector("[data-accepted]");
  if (list && Key.signalAllAcceptedCredentials) {
    Key.signalAllAcceptedCredentials({
      rpId: list.dataset.rp, userId: list.dataset.user, allAcceptedCredentialIds: list.dataset.accepted.split(" ").filter(Boolean),
    }).catch(function () {});
  }
  if (!form) return;
  form.hidden = false;

  var bytes = function (text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  };
  var text = function (buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  var named = function (list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); });
  };

  // For browsers before parseCreationOptionsFromJSON, parseRequestOptionsFromJSON and toJSON (about 2024).
  var read = function (json, creates) {
    var native = creates ? Key.parseCreationOptionsFromJSON : Key.parseRequestOptionsFromJSON;
    if (native) return native.call(Key, json);
    var options = Object.assign({}, json, { challenge: bytes(json.challenge) });
    if (creates) {
      options.user = Object.assign({}, json.user, { id: bytes(json.user.id) });
      options.excludeCredentials = named(json.excludeCredentials);
    } else {
      options.allowCredentials = named(json.allowCredentials);
    }
    return options;
  };
  var written = function (key) {
    if (key.toJSON) {
      try { return key.toJSON(); } catch (unfinished) { /* some password managers promise it and fail */ }
    }
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (key.response[name]) response[name] = text(key.response[name]);
    });
    return {
      id: key.id, rawId: text(key.rawId), type: key.type, response: response,
      clientExtensionResults: key.getClientExtensionResults(),
    };
  };

  var creates = form.dataset.passkey === "create";
  var waiting = null;

  // Asks the server what to ask, then the device. `quietly`: in the list of names under the field, without a window.
  var ask = function (quietly) {
    if (waiting) waiting.abort();
    var stop = waiting = new AbortController();
    var body = new URLSearchParams({ csrf: form.elements.csrf.value });
    return fetch(form.dataset.options, { method: "POST", body: body, credentials: "same-origin", signal: stop.signal })
      .then(function (answer) {
        if (!answer.ok) throw new Error("refused");
        return answer.json();
      })
      .then(function (asked) {
        var wish = { publicKey: read(asked.publicKey, creates), signal: stop.signal };
        if (quietly) wish.mediation = "conditional";
        var asking = creates ? navigator.credentials.create(wish) : navigator.credentials.get(wish);
        return asking.then(function (key) {
          document.body.inert = true;
          form.elements.ceremony.value = asked.ceremony;
          form.elements.answer.value = JSON.stringify(written(key));
          var shared = document.getElementById("shared");
          if (shared && shared.checked && form.elements.shared) form.elements.shared.value = "1";
          HTMLFormElement.prototype.submit.call(form);
        });
      });
  };

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    // Nothing else can be pressed while the device asks: a second press would cancel the first.
    document.body.inert = true;
    ask(false).catch(function (error) {
      var exists = creates && error.name === "InvalidStateError";
      location.assign(form.dataset.failed + (exists ? "exists" : "failed"));
    });
  });

  // A page that comes back out of the browser's memory must be usable again.
  addEventListener("pageshow", function () { document.body.inert = false; });

  if (form.dataset.conditional !== undefined && Key.isConditionalMediationAvailable) {
    var offer = function () { ask(true).catch(function () {}); };
    Key.isConditionalMediationAvailable().then(function (can) {
      if (!can) return;
      offer();
      // The question is good for five minutes; a page that stays open asks anew.
      setInterval(function () { if (!document.body.inert) offer(); }, 240000);
    }, function () {});
  }
})();
