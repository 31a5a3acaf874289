"use strict";
// Draws every chart of the page from the data beside it. Colours of text and lines are the style's.

// Widths of an A4 page's content and of half of it, in CSS pixels.
const PAPER = { wide: 680, half: 330 };

const drawings = [...document.querySelectorAll(".drawing")];
let isPrinting = false;

// A drawing that can be scaled is not cut where it is printed.
function fit(place) {
  for (const svg of place.querySelectorAll("svg.main-svg")) {
    const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")];
    if (width && height) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }
}

function fontSize(width) {
  return width < 480 ? 10 : 12;
}

function asWideAsItsPlace(place) {
  if (isPrinting || place.clientWidth === place.drawnWidth) return;
  place.drawnWidth = place.clientWidth;
  Plotly.relayout(place, { width: place.clientWidth, "font.size": fontSize(place.clientWidth) });
}

for (const place of drawings) {
  const { data, layout } = JSON.parse(document.getElementById(`${place.id}-data`).textContent);
  layout.font.size = fontSize(place.clientWidth);
  const size = { width: place.clientWidth, height: parseInt(place.style.height) };
  place.drawnWidth = size.width;
  Plotly.newPlot(place, data, { ...layout, ...size, autosize: false }, { displayModeBar: false })
    .then(() => {
      place.on("plotly_afterplot", () => fit(place));
      fit(place);
      new ResizeObserver(() => asWideAsItsPlace(place)).observe(place);
    })
    .catch((error) => { place.textContent = `This chart could not be drawn: ${error}`; });
}

addEventListener("beforeprint", () => {
  isPrinting = true;
  // What is folded would be missing on paper.
  for (const part of document.querySelectorAll("details")) part.open = true;
  for (const place of drawings) {
    place.drawnWidth = place.closest("figure.wide") ? PAPER.wide : PAPER.half;
    Plotly.relayout(place, { width: place.drawnWidth, "font.size": fontSize(place.drawnWidth) });
    fit(place);
  }
});
addEventListener("afterprint", () => {
  isPrinting = false;
  drawings.forEach(asWideAsItsPlace);
});
