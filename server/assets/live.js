// What is under way is kept up to date while the page is open; without this script the page is as it was when it was loaded.
"use strict";

// All of it is a part of the page as the server renders it, with everything in it escaped.
async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.innerHTML = fresh.innerHTML;
  }
}

for (const part of document.querySelectorAll("[data-live]")) {
  const events = new EventSource(part.dataset.live);
  const told = document.getElementById("told");
  const ended = () => [...part.querySelectorAll("[data-ended]")].map((job) => job.dataset.ended).join(" ");
  let known = ended();
  events.onmessage = (event) => {
    part.innerHTML = event.data;
    // Read out is how each job stands, and not each count on the way.
    const states = [...part.querySelectorAll("[data-state]")].map((job) => job.dataset.state).join(". ");
    if (told && told.textContent !== states) told.textContent = states;
    // What a job did is seen in the rest of the page too.
    if (known !== ended()) refresh();
    known = ended();
  };
  addEventListener("pagehide", () => events.close());
}

for (const button of document.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const box of button.form.querySelectorAll('input[name="key"]')) box.checked = true;
  });
}
