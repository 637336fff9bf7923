/**
 * The style sheet of the report: light and dark, for screens of any width.
 */

/** The text of the page's style element. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ground: #fbfbf9; --text: #22252a; --muted: #7b828c;
  --rule: #dfe1e4; --panel: #ffffff; --accent: #2c9c69; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181c; --text: #e4e6e9; --muted: #8d949e; --rule: #31353c; --panel: #1d2025; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.55 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 28px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 40px 0 8px; }
h3 { font-size: 15px; margin: 20px 0 0; }
p, li { max-width: 78ch; }
p.note, .small { color: var(--muted); font-size: 13px; margin: 2px 0 6px; }
li { margin: 0 0 6px; }
.panel { background: var(--panel); border: 1px solid var(--rule); border-radius: 8px;
  padding: 12px; margin: 8px 0 16px; overflow-x: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; position: sticky; top: 0;
  background: var(--ground); padding: 8px 0; z-index: 1; border-bottom: 1px solid var(--rule); }
.legend label { display: inline-flex; align-items: center; gap: 6px; cursor: pointer; }
.legend i { width: 18px; height: 3px; border-radius: 2px; }
.chart { width: 100%; height: auto; display: block; touch-action: pan-y; }
.chart text { font-size: 11px; fill: var(--muted); }
.chart .grid { stroke: var(--rule); }
.chart .event { stroke: var(--muted); stroke-dasharray: 3 3; }
.chart text.event { stroke: none; }
.chart .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.chart .go { opacity: .75; }
.chart .pointer { stroke: var(--accent); }
.hidden { display: none; }
.values { display: flex; flex-wrap: wrap; gap: 2px 18px; min-height: 22px; font-size: 13px;
  color: var(--muted); font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid var(--rule);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.maps { display: flex; flex-wrap: wrap; gap: 20px; }
.maps > div { flex: 1 1 440px; min-width: 0; }
canvas { width: 100%; image-rendering: pixelated; border: 1px solid var(--rule);
  border-radius: 4px; display: block; }
select { font: inherit; margin: 0 0 8px; }
input[type="range"] { width: 100%; }
.scale { display: inline-block; width: 160px; height: 10px; border-radius: 3px;
  vertical-align: middle; margin: 0 8px;
  background: linear-gradient(90deg, #d1495b, #e8b04a, #2a7fba); }
`;
