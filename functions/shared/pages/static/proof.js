// Calculates what a form with a proof of work asks for (ALTCHA), once it is sent: which number, behind the salt, has the
// challenge as its SHA-256?
"use strict";

(() => {
  const AT_ONCE = 500;

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const solve = async ({ algorithm, challenge, maxNumber, salt, signature }) => {
    const text = new TextEncoder();
    for (let start = 0; start <= maxNumber; start += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, maxNumber - start + 1) }, (_, n) => start + n);
      const sums = await Promise.all(numbers.map((n) => crypto.subtle.digest(algorithm, text.encode(salt + n))));
      const at = sums.findIndex((sum) => hex(sum) === challenge);
      if (at >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: start + at, salt, signature }));
    }
    throw new Error("no number solves the challenge");
  };

  for (const box of document.querySelectorAll("[data-proof]")) {
    const form = box.closest("form");
    const input = box.querySelector("input[name=proof]");
    const state = box.querySelector("[data-state]");
    let isWorking = false;
    form.addEventListener("submit", async (event) => {
      if (input.value) return;
      event.preventDefault();
      if (isWorking) return;
      isWorking = true;
      state.textContent = box.dataset.working;
      try {
        const answer = await fetch(box.dataset.proof, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(answer.statusText);
        input.value = await solve(await answer.json());
        form.requestSubmit(event.submitter);
      } catch {
        state.textContent = box.dataset.failed;
      } finally {
        isWorking = false;
      }
    });
    // Shown again from the browser's memory, the form needs another proof: each is good once.
    window.addEventListener("pageshow", () => { input.value = ""; state.textContent = ""; });
  }
})();
