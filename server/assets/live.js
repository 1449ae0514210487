// What is under way is kept up to date while the page is open; without this script the page is as it was when it was loaded.
"use strict";

for (const part of document.querySelectorAll("[data-live]")) {
  const events = new EventSource(part.dataset.live);
  // The text is a part of the page as the server renders it, with everything in it escaped.
  const told = document.getElementById("told");
  events.onmessage = (event) => {
    part.innerHTML = event.data;
    // Read out is how each job stands, and not each count on the way.
    const states = [...part.querySelectorAll("[data-state]")].map((job) => job.dataset.state).join(". ");
    if (told && told.textContent !== states) told.textContent = states;
  };
  addEventListener("pagehide", () => events.close());
}

for (const button of document.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const box of button.form.querySelectorAll('input[name="key"]')) box.checked = true;
  });
}
