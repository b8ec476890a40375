"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const key = (row, i) => row.cells[i].dataset.key ?? row.cells[i].textContent.trim();
  table.querySelectorAll("th").forEach((head, i) => {
    const label = head.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const number = head.classList.contains("number");
      const compare = (a, b) => number ? Number(key(a, i) || -1) - Number(key(b, i) || -1) : key(a, i).localeCompare(key(b, i));
      body.append(...[...body.rows].sort((a, b) => (up ? 1 : -1) * compare(a, b)));
    });
  });
  const filter = document.createElement("input");
  filter.type = "search";
  filter.placeholder = "Filter the deals…";
  filter.setAttribute("aria-label", "Filter the deals");
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const row of body.rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
  table.parentElement.before(filter);
  const light = (number) => {
    for (const spot of document.querySelectorAll("[data-deals]"))
      spot.classList.toggle("lit", spot.dataset.deals.split(" ").includes(number));
    for (const row of body.rows) row.classList.toggle("chosen", row.dataset.deal === number);
  };
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-deal]");
    if (!row) return;
    light(row.dataset.deal);
    if (!event.target.closest("a")) location.hash = "deal-" + row.dataset.deal;
  });
}
