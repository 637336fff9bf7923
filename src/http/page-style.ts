/**
 * Style and script of the page: one file, nothing from elsewhere, light and dark.
 */

export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #e0e1e6;
  --back: #fcfcfd; --card: #ffffff; --used: #3358d4; --unused: #f5a623; --idle: #d9d9e0; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --soft: #b0b4ba; --line: #363a3f;
  --back: #111113; --card: #18191b; --used: #6e8bff; --unused: #ffb84d; --idle: #3a3f45; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
header span, .soft, th, dt { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem;
  margin: 1rem 0 0; }
.cards div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .6rem .8rem; }
dt { font-size: .8rem; } dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.bar { display: flex; height: 1.1rem; border-radius: .3rem; overflow: hidden;
  background: var(--idle); }
.bar i { display: block; height: 100%; } .used { background: var(--used); }
.unused { background: var(--unused); }
.key i { display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; padding: 0;
  list-style: none; font-size: .85rem; } .idle { background: var(--idle); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 500; font-size: .8rem; } th:first-child, td:first-child { text-align: left; }
td .bar { height: .6rem; min-width: 6rem; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
a { color: var(--used); }
`;

/** Replaces the content by a newer one every five seconds while the page is looked at. */
export const PAGE_SCRIPT = `
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
  } catch {
    document.querySelector("#state").textContent = "not reachable";
  }
}, 5000);
`;
