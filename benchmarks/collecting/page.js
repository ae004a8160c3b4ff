"use strict";
// Shows the page in its reader's language; without it both are shown.
(() => {
  const root = document.documentElement;
  const buttons = document.querySelectorAll("button[data-language]");
  const speak = (language) => {
    root.lang = language;
    root.dataset.language = language;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
  };
  const preferred = (navigator.languages ?? [navigator.language])
    .map((tag) => tag.toLowerCase().split("-")[0])
    .find((tag) => tag === "ko" || tag === "en");
  for (const button of buttons) {
    button.addEventListener("click", () => speak(button.dataset.language));
  }
  document.querySelector(".languages").hidden = false;
  speak(preferred ?? "ko");
})();
