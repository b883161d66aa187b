// Draws the charts, sorts tables, and shows the code on request. Nothing is loaded and nothing is sent.
(() => {
  "use strict";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // Charts: the figure stands as data beside its place; it is never code.
  function draw(figure) {
    const place = figure.querySelector(".plot");
    try {
      const { data, layout, config } = JSON.parse(figure.querySelector("script").textContent);
      const settings = { responsive: true, displaylogo: false, ...config };
      return Plotly.newPlot(place, data, { ...layout, autosize: true, width: undefined }, settings);
    } catch (error) {
      place.classList.add("failed");
      place.textContent = document.body.dataset.noChart;
      console.error(error);
      return null;
    }
  }

  // A printed page is narrower than the window, and nothing tells a chart so but this.
  const PAPER_WIDTH = 700; // A4 less its margins, in CSS pixels
  const charts = () => all(".plot.js-plotly-plot");
  const height = (place) => parseFloat(place.style.height);
  function fitToPaper() {
    charts().forEach((place) => {
      Plotly.relayout(place, { autosize: false, width: PAPER_WIDTH, height: 0.9 * height(place) });
    });
  }
  function fitToWindow() {
    charts().forEach(async (place) => {
      await Plotly.relayout(place, { autosize: true, width: null, height: height(place) });
      Plotly.Plots.resize(place);
    });
  }

  // Tables: numbers sort as numbers, dates as ISO text, empty cells and total rows stay at the end.
  function key(row, column) {
    const cell = row.cells[column];
    const shown = (cell ? cell.dataset.value ?? cell.textContent : "").trim();
    if (shown === "" || shown === "\u2013" || shown === "-" || shown === "NaN" || shown === "None") return null;
    const plain = shown.replace(/[\s\u00a0\u202f,]/g, "").replace("\u2212", "-").replace(/^\((.*)\)$/, "-$1").replace(/%$/, "");
    return { shown, number: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN };
  }
  function compare(one, other, numeric) {
    return numeric ? one.number - other.number : one.shown.localeCompare(other.shown, undefined, { numeric: true });
  }
  function sort(table, header, column) {
    const down = header.getAttribute("aria-sort") === "ascending";
    const rows = all("tr", table.tBodies[0]).filter((row) => !row.classList.contains("total"));
    const totals = all("tr.total", table.tBodies[0]);
    const keyed = rows.map((row) => [row, key(row, column)]);
    const filled = keyed.filter(([, value]) => value !== null);
    const numeric = filled.every(([, value]) => !Number.isNaN(value.number));
    filled.sort(([, one], [, other]) => (down ? -1 : 1) * compare(one, other, numeric));
    const empty = keyed.filter(([, value]) => value === null);
    table.tBodies[0].append(...[...filled, ...empty].map(([row]) => row), ...totals);
    all("th[aria-sort]", table).forEach((other) => other.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
  }
  function makeSortable(table) {
    const headers = table.tHead && table.tBodies.length === 1 ? Array.from(table.tHead.rows).at(-1).cells : [];
    if (table.tBodies[0]?.rows.length < 3 || table.querySelector("tbody [rowspan], tbody [colspan]")) return;
    Array.from(headers).forEach((header, column) => {
      if (header.colSpan > 1) return;
      header.setAttribute("aria-sort", "none");
      header.tabIndex = 0;
      header.addEventListener("click", () => sort(table, header, column));
      header.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        sort(table, header, column);
      });
    });
  }
  function alignNumbers(table) {
    Array.from(table.tHead?.rows[0]?.cells ?? []).forEach((header, column) => {
      const keys = all("tbody tr", table).map((row) => key(row, column)).filter(Boolean);
      if (!keys.length || keys.some((value) => Number.isNaN(value.number))) return;
      all("tr", table).forEach((row) => row.cells[column]?.classList.add("number"));
    });
  }
  function frame(table) {
    const scroll = document.createElement("div");
    scroll.className = "scroll" + (table.rows.length <= 30 ? " short" : "");
    table.replaceWith(scroll);
    scroll.append(table);
    const squeeze = () => {
      scroll.classList.remove("tight", "wide");
      const overflows = () => table.offsetWidth > scroll.clientWidth + 1;
      scroll.classList.toggle("tight", overflows());
      scroll.classList.toggle("wide", overflows());
    };
    squeeze();
    addEventListener("resize", squeeze);
  }

  function listSections() {
    const headings = all("main h2");
    if (headings.length < 3) return;
    document.querySelector(".contents").append(...headings.map((heading, number) => {
      heading.id ||= `section-${number + 1}`;
      const link = document.createElement("a");
      link.href = `#${encodeURIComponent(heading.id)}`;
      link.textContent = heading.firstChild.textContent.replace(/\u00b6$/, "").trim();
      return link;
    }));
  }

  const button = document.querySelector(".show-code");
  button.hidden = !document.querySelector("pre.code");
  const show = button.textContent;
  button.addEventListener("click", () => {
    const shown = document.body.classList.toggle("with-code");
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? button.dataset.hide : show;
  });
  listSections();
  all("main table.dataframe").forEach(alignNumbers);
  all("main table").forEach((table) => { makeSortable(table); frame(table); });
  Promise.all(all("figure.chart").map(draw)).then(() => document.body.classList.add("drawn"));
  addEventListener("beforeprint", fitToPaper);
  addEventListener("afterprint", fitToWindow);
})();
