"use strict";
// Draws the figures of the page, in the language, colours and width of its reader.
// It loads nothing and stores nothing; without it the page shows tables and both languages.
(() => {
  const root = document.documentElement;
  const { charts, palettes } = JSON.parse(document.getElementById("report-figures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const LANGUAGES = ["ko", "en"];
  const NARROW = 560;
  const FONT = getComputedStyle(document.body).fontFamily;
  const drawnAt = new WeakMap();

  const preferred = (navigator.languages ?? [navigator.language])
    .map((tag) => tag.toLowerCase().split("-")[0])
    .find((tag) => LANGUAGES.includes(tag));
  let language = preferred ?? "ko";

  const palette = () => (dark.matches && !paper.matches ? palettes.dark : palettes.light);
  const said = (text) => (typeof text === "string" ? text : text[language]);
  // Plotly reads labels as a kind of HTML; ours are plain text out of the data.
  const plain = (text) => said(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const ruler = document.createElement("canvas").getContext("2d");
  const widthOf = (text, size, weight = "normal") => {
    ruler.font = `${weight} ${size}px ${FONT}`;
    return ruler.measureText(text).width;
  };
  // A label cut to what fits; tables have it whole.
  const fitted = (text, size, room) => {
    const letters = [...said(text)];
    if (widthOf(letters.join(""), size) <= room) return plain(text);
    while (letters.length > 1 && widthOf(letters.join("") + "…", size) > room) letters.pop();
    return plain(letters.join("") + "…");
  };

  const common = (colours) => ({
    autosize: false,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: FONT, size: 13, color: colours.ink },
    hoverlabel: { bgcolor: colours.raised, bordercolor: colours.line, font: { color: colours.ink } },
    showlegend: false,
    dragmode: false,
  });
  const axis = (colours, more) => ({
    fixedrange: true, zeroline: false, gridcolor: colours.line, linecolor: colours.line,
    tickcolor: colours.line, tickfont: { size: 12, color: colours.soft }, automargin: true, ...more,
  });
  const titled = (text, colours) => ({ text: plain(text), font: { size: 12, color: colours.soft }, standoff: 8 });
  const bars = (series, colours, more) => ({
    type: "bar", name: plain(series.name), marker: { color: colours[series.colour], line: { width: 0 } },
    hovertext: series.hover.map(plain), hoverinfo: "text", textposition: "none", ...more,
  });
  const countTicks = (largest) =>
    largest < 5 ? { dtick: 1, tickformat: ",d" } : { nticks: 6, tickformat: largest < 1e7 ? ",d" : "~s" };

  // Horizontal bars. On wide pages labels stand at the left and figures at the right of the bars;
  // on narrow ones both stand above them, where they have the whole width.
  const rows = (figure, width, colours) => {
    const narrow = width < NARROW;
    const places = figure.labels.map((_, place) => place);
    const ends = places.map((place) => figure.series.reduce((sum, one) => sum + one.values[place], 0));
    const largest = Math.max(1, ...ends);
    const log = figure.log;
    const least = Math.min(...ends.filter((end) => end > 0), largest);
    const first = log ? Math.log10(least) - 0.3 : 0; // so that the smallest bar is seen
    const last = log ? Math.log10(largest) : largest;
    // Room for the figures at the ends of the longest bars, and for the labels.
    const noteWidths = figure.notes.map((note) => widthOf(note, 12, "bold") + 10);
    const noteWidth = narrow ? 0 : Math.max(...noteWidths);
    const labelRoom = 0.4 * width;
    const labelWidth = narrow ? 0 : Math.min(labelRoom, Math.max(...figure.labels.map((one) => widthOf(said(one), 13))));
    const share = Math.min(0.6, noteWidth / Math.max(1, width - labelWidth - 24));
    const step = narrow ? 46 : 30;
    const notes = places.map((place) => narrow
      ? { text: `${fitted(figure.labels[place], 12, width - noteWidths[place] - 24)}  <b>${plain(figure.notes[place])}</b>`, xref: "paper", x: 0,
          y: place, yshift: 16, xanchor: "left" }
      : { text: plain(figure.notes[place]), x: log ? Math.log10(Math.max(ends[place], 10 ** first)) : ends[place],
          y: place, xanchor: "left", xshift: 3 });
    return {
      data: figure.series.map((series) => bars(series, colours, {
        orientation: "h", y: places, x: log ? series.values.map((value) => value || null) : series.values,
        width: narrow ? 0.36 : 0.62,
      })),
      layout: {
        ...common(colours), width, barmode: "stack",
        height: places.length * step + 62 + (narrow ? 10 : 0),
        margin: { l: 4, r: 8, t: narrow ? 16 : 6, b: 48 },
        annotations: notes.map((note) => ({ showarrow: false, align: "left", font: { size: 12, color: colours.ink }, ...note })),
        xaxis: axis(colours, {
          title: titled(figure.axis, colours), type: log ? "log" : "linear",
          range: [first, first + (last - first) / (1 - share)],
          ...(log ? { dtick: 1, tickangle: 0, tickformat: width / (last - first) > 75 ? ",d" : "~s" } : countTicks(largest)),
        }),
        yaxis: axis(colours, {
          range: [places.length - 0.5, narrow ? -0.85 : -0.5], showgrid: false, ticks: "",
          tickmode: "array", tickvals: narrow ? [] : places,
          ticktext: figure.labels.map((label) => fitted(label, 13, labelRoom) + "  "), tickfont: { size: 13, color: colours.ink },
        }),
      },
    };
  };

  // Vertical bars, side by side; ticks of our own are thinned out where they would collide.
  const columns = (figure, width, colours) => {
    const count = figure.centres.length;
    const each = (0.9 * figure.width) / figure.series.length;
    const room = Math.max(1, Math.floor((width - 70) / 46));
    const every = Math.ceil(figure.ticks.length / room);
    const ticks = figure.ticks.filter((_, place) => place % every === 0);
    const ends = [figure.centres[0] - figure.width / 2, figure.centres[count - 1] + figure.width / 2];
    const marks = figure.lines.map((line) => line.at);
    const range = [Math.min(ends[0], ...marks), Math.max(ends[1], ...marks)];
    const slack = 0.02 * (range[1] - range[0]);
    const right = (at) => at > (range[0] + range[1]) / 2;
    return {
      data: figure.series.map((series, place) => bars(series, colours, {
        x: figure.centres, y: series.values, width: each,
        offset: -0.45 * figure.width + place * each,
      })),
      layout: {
        ...common(colours), width, height: 290, barmode: "overlay",
        margin: { l: 4, r: 8, t: 10 + 16 * marks.length, b: 48 },
        shapes: marks.map((at) => ({
          type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1,
          line: { color: colours.ink, width: 1.5, dash: "dash" },
        })),
        annotations: figure.lines.map((line, place) => ({
          text: plain(line.label), x: line.at, yref: "paper", y: 1, yshift: 8 + 16 * place, showarrow: false,
          xanchor: right(line.at) ? "right" : "left", font: { size: 12, color: colours.ink },
        })),
        xaxis: axis(colours, {
          title: titled(figure.axis, colours), showgrid: false, ticks: "outside",
          range: [range[0] - slack, range[1] + slack],
          ...(ticks.length
            ? { tickmode: "array", tickvals: ticks.map(([at]) => at), ticktext: ticks.map(([, text]) => text), tickangle: 0 }
            : { nticks: Math.max(3, Math.floor(width / 70)) }),
        }),
        yaxis: axis(colours, {
          title: titled(figure.measure, colours), rangemode: "tozero",
          ...(figure.percent ? { nticks: 6, ticksuffix: " %" } : countTicks(Math.max(...figure.series.flatMap((one) => one.values)))),
        }),
      },
    };
  };

  const draw = (holder, force) => {
    const plot = holder.querySelector(".plot");
    const width = Math.floor(holder.getBoundingClientRect().width);
    if (width === 0 || holder.parentElement.closest("details:not([open])")) return;
    if (!force && drawnAt.get(holder) === width) return;
    const figure = charts[holder.dataset.chart];
    const { data, layout } = { rows, columns }[figure.kind](figure, width, palette());
    const first = !drawnAt.has(holder);
    drawnAt.set(holder, width);
    Plotly.react(plot, data, layout, { displayModeBar: false, responsive: false });
    plot.setAttribute("aria-label", holder.querySelector("h3")?.innerText ?? holder.closest("section").querySelector("h2").innerText);
    // The table has done its duty as the only view of these figures.
    if (first) holder.querySelector("details.figures").open = false;
  };
  const holders = [...document.querySelectorAll("figure[data-chart]")];
  const drawAll = (force) => holders.forEach((holder) => draw(holder, force));

  const speak = (chosen) => {
    language = chosen;
    root.lang = chosen;
    root.dataset.language = chosen;
    for (const button of document.querySelectorAll("button[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
    }
    drawAll(true);
  };
  for (const button of document.querySelectorAll("button[data-language]")) {
    button.addEventListener("click", () => speak(button.dataset.language));
  }
  document.querySelector(".languages").hidden = false;
  speak(language);

  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();
  dark.addEventListener("change", () => drawAll(true));
  paper.addEventListener("change", () => drawAll(true));
  // Figures in closed parts are drawn when the part opens; that event does not bubble.
  document.addEventListener("toggle", () => drawAll(false), true);
  const widths = new ResizeObserver((entries) => entries.forEach((entry) => draw(entry.target, false)));
  holders.forEach((holder) => widths.observe(holder));
})();
