import { paletteCss } from "../figures/index.ts";

/** The style sheet of the report: system fonts only, colours only from the palette of the figures. */
export const style = `
${paletteCss()}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--mm-surface); color: var(--mm-ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main, header, footer { max-width: 904px; margin: 0 auto; padding: 0 36px; }
header { padding-top: 44px; }
footer { padding-top: 28px; padding-bottom: 56px; color: var(--mm-muted); font-size: 14px; }
h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif; text-wrap: balance; }
h1 { font-size: clamp(24px, 4vw, 33px); line-height: 1.2; font-weight: 600; margin: 10px 0 18px; letter-spacing: -0.01em; }
h2 { font-size: 25px; line-height: 1.25; font-weight: 600; margin: 64px 0 10px; padding-top: 18px; border-top: 2px solid var(--mm-ink); }
h3 { font-size: 17px; line-height: 1.35; margin: 40px 0 6px; }
p { margin: 8px 0 12px; max-width: 68ch; }
a { color: var(--mm-better); text-underline-offset: 2px; }
code, kbd { font: 0.9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.kicker { margin: 0; font-size: 13px; letter-spacing: 0.08em; text-transform: uppercase; color: var(--mm-muted); }
.lede { font-size: 18px; }
.muted { color: var(--mm-muted); }
h1, h2, h3, p, li, dd, td, th, figcaption { overflow-wrap: anywhere; }

nav ul, .verdicts { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; padding: 0; margin: 16px 0; }
.chip { display: inline-flex; gap: 6px; align-items: baseline; white-space: nowrap; border: 1px solid currentColor;
  border-radius: 999px; padding: 1px 10px; font-size: 13px; font-weight: 600; line-height: 1.6; }
.chip b { font-weight: 700; }
.better { color: var(--mm-better); } .worse, .diverged { color: var(--mm-worse); }
.same, .undecided, .not-pursued, .reference { color: var(--mm-muted); } .baseline { color: var(--mm-ink); }
.chip.undecided { border-style: dashed; } .chip.same { background: var(--mm-band); }
.chip.reference { border-color: transparent; padding-left: 0; }

.notice { border-left: 4px solid var(--mm-worse); background: var(--mm-band); padding: 10px 16px; margin: 18px 0; max-width: none; }

.advice { border: 2px solid var(--mm-ink); border-radius: 6px; padding: 4px 20px 12px; margin: 20px 0 28px; }
.advice h2, .advice h3 { margin: 10px 0 6px; padding: 0; border: 0; font-size: 20px; }
.advice .lead { font-size: 18px; margin: 6px 0 12px; }
.advice dl { margin: 0; } .advice dl > div { display: grid; grid-template-columns: 8.5em 1fr; gap: 0 14px; padding: 5px 0; }
.advice dt { color: var(--mm-muted); font-size: 14px; } .advice dd { grid-column: 2; margin: 0 0 3px; max-width: 68ch; }

dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 14px 28px; margin: 22px 0; }
dl.facts dt { font-size: 13px; color: var(--mm-muted); }
dl.facts dd { margin: 0; }
dl.compact { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); font-size: 14px; }

.scroll { overflow-x: auto; margin: 14px 0; }
.scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--mm-better); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.4; }
th, td { text-align: left; padding: 7px 12px 7px 0; border-bottom: 1px solid var(--mm-line); vertical-align: baseline; overflow-wrap: normal; }
tbody th { min-width: 13ch; max-width: 28ch; }
small.line { display: block; }
thead th { font-size: 13px; font-weight: 600; color: var(--mm-muted); border-bottom: 1px solid var(--mm-ink); vertical-align: bottom; }
thead th small { display: block; font-weight: 400; }
tbody th { font-weight: 600; }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--mm-ink); }
.n { text-align: right; white-space: nowrap; } thead .n { white-space: normal; }
th:last-child, td:last-child { padding-right: 6px; } th:first-child { padding-left: 6px; }
tr.baseline > * { background: var(--mm-band); }
td small, th small { color: var(--mm-muted); font-weight: 400; font-size: 12.5px; }
.bar { display: flex; width: 100%; min-width: 110px; height: 9px; margin-top: 5px; border-radius: 2px; overflow: hidden; gap: 1px; }
.bar i { display: block; height: 100%; }
.bar .w { background: var(--mm-worse); } .bar .s { background: var(--mm-same); } .bar .b { background: var(--mm-better); }

figure { margin: 14px 0 8px; }
figure > div > svg { display: block; max-width: 100%; height: auto; }
figcaption { font-size: 14px; line-height: 1.5; color: var(--mm-muted); margin-top: 8px; max-width: 76ch; }
.narrow { display: none; }
.panels + p { font-size: 14px; max-width: 76ch; }
.panels { display: flex; flex-wrap: wrap; gap: 20px 44px; }
.panels figure { flex: 0 1 392px; min-width: 0; }
.photographs { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 12px; }
.photographs figure { margin: 0; }
.photographs img { display: block; width: 100%; height: auto; }
.photographs figcaption { font-size: 12px; line-height: 1.35; }
.pictures { display: flex; flex-wrap: wrap; gap: 12px; }
.pictures figure { flex: 0 0 128px; margin: 0; }
.pictures img { display: block; width: 128px; height: auto; image-rendering: pixelated; }
.pictures img + img { margin-top: 4px; }
.pictures figcaption { font-size: 12px; line-height: 1.35; }
.panels > .whole { flex-basis: 100%; min-width: 0; }
.panels h4, h4 { margin: 0 0 4px; font-size: 14px; }

.paper { display: none; }
.sorted > input { margin: 0 4px 0 0; } .sorted > label { margin-right: 16px; font-size: 14px; }
.order { display: none; }
${[1, 2, 3, 4, 5, 6, 7].map((n) => `.sorted:has(> input:nth-of-type(${n}):checked) > .order:nth-of-type(${n})`).join()} { display: block; }

details { border: 1px solid var(--mm-line); border-radius: 6px; padding: 0 16px; margin: 14px 0; }
summary { cursor: pointer; padding: 10px 0; font-weight: 600; font-size: 15px; }
details[open] > summary { border-bottom: 1px solid var(--mm-line); margin-bottom: 10px; }
.notes { padding-left: 1.2em; margin: 8px 0 16px; } .notes li { margin: 4px 0; }
ol.references { font-size: 14px; padding-left: 1.4em; } ol.references li { margin: 6px 0; }

/* Wider than the text, a table takes what it needs of the margins, and scrolls beyond them. */
@media screen and (min-width: 905px) {
  main > section > .scroll {
    width: min-content; min-width: 100%; max-width: calc(100vw - 72px); margin-left: 50%; transform: translateX(-50%);
  }
}
@media (max-width: 640px) {
  main, header, footer { padding-left: 20px; padding-right: 20px; }
  header { padding-top: 28px; }
  .advice { padding: 2px 14px 10px; } .advice dl > div { display: block; }
  .wide { display: none; } .narrow { display: block; }
  /* Heads, a number and a verdict are seen at once. */
  th, td { padding-right: 8px; } tbody th { min-width: 9ch; }
  td .chip { padding: 1px 7px; gap: 4px; font-size: 12px; white-space: normal; border-radius: 11px; }
  .pinned th:first-child { position: sticky; left: 0; background: var(--mm-surface); max-width: 46vw; z-index: 1; }
  .pinned tr.baseline th:first-child { background: var(--mm-band); }
}
@media print {
  html { font-size: 11pt; } header { padding-top: 0; }
  nav { display: none; }
  main, header, footer { padding-left: 0; padding-right: 0; }
  table { font-size: 11px; } small, thead th, td small, th small, .chip { font-size: 10px; }
  th, td { padding: 4px 8px 4px 0; } tbody th { min-width: 9ch; } .chip { padding: 0 6px; }
  .scroll { overflow-x: visible; }
  figure, tr, .notice, .advice { break-inside: avoid; } h2, h3, h4, thead { break-after: avoid; }
  h2 { margin-top: 32px; }
  /* Some pages to read: what is folded away, and what is looked up rather than read, is on the screen and in results.json. */
  details, .screen, .order-asked, .sorted > input, .sorted > label { display: none; }
  .paper { display: inline; }
  html { font-size: 9pt; } body { font-size: 9.5pt; line-height: 1.4; }
  .panels figure { flex: 0 1 30%; } .panels { gap: 8px 20px; } .panels h4 { font-size: 9pt; }
  table { font-size: 10px; line-height: 1.25; } th, td { padding: 2px 8px 2px 0; } .chip { border: 0; padding: 0; line-height: 1.2; }
  tbody th { max-width: none; } .bar, tbody th small.line { display: none; } td small.line { display: inline; margin-left: 4px; }
  .wide > svg { width: 80%; } figcaption, .muted, .panels + p { font-size: 8.5pt; line-height: 1.3; }
  .advice { margin: 12px 0; } dl.facts { margin: 10px 0; gap: 4px 20px; } h3 { margin-top: 18px; } h2 { margin-top: 20px; padding-top: 8px; }
  .bar, tr.baseline > *, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
