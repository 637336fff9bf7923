/**
 * The script of the report: legend, pointer and span maps. It reads its data from the page.
 *
 * The data (see report-html.ts): hours of the x axis, values by chart and run, pictures by run.
 */
import { CHART } from "./report-chart.ts";
import { FULL } from "./span-map.ts";

export const REPORT_SCRIPT = `
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const all = (selector) => [...document.querySelectorAll(selector)];

all(".legend input").forEach((box) => box.addEventListener("change", () => {
  all(".run-" + box.value).forEach((part) => part.classList.toggle("hidden", !box.checked));
}));

const charts = all("svg.chart");
function show(hour) {
  charts.forEach((chart, c) => {
    const width = ${CHART.width - CHART.left - CHART.right};
    const x = ${CHART.left} + hour / data.hours * width;
    const line = chart.querySelector(".pointer");
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    const texts = ["hour " + hour];
    data.runs.forEach((run, r) => {
      const value = data.charts[c][r][hour];
      const isHidden = chart.querySelector(".line.run-" + r).classList.contains("hidden");
      if (value != null && !isHidden) texts.push(run.name + " " + value);
    });
    chart.nextElementSibling.replaceChildren(...texts.map((text) => {
      const part = document.createElement("span");
      part.textContent = text;
      return part;
    }));
  });
}
charts.forEach((chart) => chart.addEventListener("pointermove", (event) => {
  const box = chart.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width * ${CHART.width} - ${CHART.left};
  const part = x / ${CHART.width - CHART.left - CHART.right};
  show(Math.min(data.hours, Math.max(0, Math.round(part * data.hours))));
}));

const COLUMNS = 128;
const SIZE = 4;
function colour(level) {
  if (level === 0) return null;
  const fill = (level - 1) / ${FULL - 1};
  const stops = [[209, 73, 91], [232, 176, 74], [42, 127, 186]];
  const at = Math.min(1.9999, fill * 2);
  const [from, to] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
  return "rgb(" + from.map((v, i) => Math.round(v + (to[i] - v) * (at % 1))).join(",") + ")";
}
const colours = Array.from({ length: ${FULL + 1} }, (_, level) => colour(level));
const slider = document.getElementById("moment");
function draw(side) {
  const pictures = data.runs[side.querySelector("select").value].maps;
  const hour = data.moments[slider.value];
  const picture = pictures.find((one) => one.moment === hour);
  const canvas = side.querySelector("canvas");
  const pixels = canvas.getContext("2d");
  const cells = picture ? atob(picture.cells) : "";
  canvas.width = COLUMNS * SIZE;
  canvas.height = Math.max(1, Math.ceil(data.cellsMax / COLUMNS)) * SIZE;
  let used = 0;
  for (let i = 0; i < cells.length; i++) {
    const level = cells.charCodeAt(i);
    if (level === 0) continue;
    used++;
    pixels.fillStyle = colours[level];
    pixels.fillRect(i % COLUMNS * SIZE, Math.floor(i / COLUMNS) * SIZE, SIZE - 1, SIZE - 1);
  }
  const pages = picture ? used * picture.pagesPerCell : 0;
  side.querySelector(".small").textContent = picture
    ? picture.title + ": about " + pages + " pages in use" : "no picture of this moment";
}
const sides = all(".maps > div");
function drawAll() {
  document.getElementById("moment-name").textContent = data.moments[slider.value];
  sides.forEach(draw);
}
slider.max = data.moments.length - 1;
slider.addEventListener("input", drawAll);
sides.forEach((side) => side.querySelector("select").addEventListener("change", () => draw(side)));
drawAll();
`;
