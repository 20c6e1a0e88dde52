import { computedOnNotes, computedOnText, plural } from "@minimand/compare";
import { type Child, duration, engineText, html, type Markup, page, table } from "@minimand/compare/report";
import {
  otherSeedsOf,
  type ReproductionFile,
  type ReproductionReport,
  ruleChangeText,
  ruleHeading,
  verdictMarks,
} from "@minimand/papers";
import { pictureRows } from "./pictures.ts";
import { reproductionFigures, reproductionTables } from "./reproduction-parts.ts";

/** Classes of the report's chips. */
const chips: Record<ReproductionReport["verdict"], string> = {
  reproduced: "better",
  "partly reproduced": "undecided",
  "not reproduced": "worse",
  undecided: "undecided",
};

/**
 * The report of a reproduction as one HTML file, see {@link page}: claim,
 * rule, verdict, curves, table, and what it was made with.
 *
 * @param file what `report.json` holds
 * @returns the text of `report.html`
 */
export function renderReproduction(file: ReproductionFile): string {
  const { card, verdict, because, scale, seeds, created } = file;
  const other = otherSeedsOf(file);
  return page({
    title: `${verdict}: ${card.title}`,
    kind: "reproduction",
    created,
    headline: card.title,
    lead: html`<p class="lede"><span class="chip ${chips[verdict]}"><b aria-hidden="true">${verdictMarks[verdict]}</b>${verdict}</span> ${because}</p>
${
  scale === "quick"
    ? html`<p class="notice">A quick run shows that everything works. Its verdict means nothing.</p>`
    : seeds === 1
      ? html`<p class="notice">Of one seed no standard error is known, and the verdict means nothing.</p>`
      : null
}${other === null ? null : html`<p class="notice">${other[0].toUpperCase()}${other.slice(1)}: a check of it by the same choices.</p>`}`,
    sections: html`<section aria-labelledby="claim"><h2 id="claim">Claim and rule</h2>
<p>${card.claim}</p>
<p>${card.rule}</p>
<p class="muted">${ruleHeading(card.ruleLog)}, see its log at the end; the verdict is computed from the numbers below. arXiv:${card.arxiv},
${card.date}, ${plural(card.authors, "author")}.</p>
</section>
<section aria-labelledby="results"><h2 id="results">Results</h2>
${reproductionTables(file)}
${reproductionFigures(file)}
${pictureRows(file.pictures ?? [])}
</section>
${settings(file)}
${ruleLog(file)}`,
    footer: html`Written by minimand ${file.versions.minimand}. All numbers are in <code>report.json</code> beside this file.`,
  });
}

/** When the rule was written and changed, and what had been seen by then. */
function ruleLog({ card }: ReproductionFile): Markup {
  return html`<section aria-labelledby="rule-log"><h2 id="rule-log">Log of the rule</h2>
<ul>${card.ruleLog.map(
    (
      change,
    ) => html`<li>${change.date}${change.commit === null ? null : html`, <code>${change.commit}</code>`}: ${ruleChangeText(change)}</li>
`,
  )}</ul>
</section>`;
}

function settings({
  data,
  seeds,
  firstSeed,
  scale,
  code,
  versions,
  engine,
  seconds,
  trials,
  computedOn,
  card,
  created,
}: ReproductionFile): Markup {
  const facts: [string, Child][] = [
    ["scale", scale],
    ["seeds", seeds ?? "those of the scale"],
    ...(firstSeed === null ? [] : [["first seed", firstSeed] satisfies [string, Child]]),
    [
      "trials",
      trials.kept === 0 ? trials.total : `${trials.total}, ${trials.kept} of them from an earlier run`,
    ],
    ["computing time of all trials", duration(trials.seconds)],
    ...(computedOn === undefined ? [] : [["computed on", computedOnText(computedOn)] as [string, Child]]),
    ["time of this run", duration(seconds)],
    ["created", created.slice(0, 16).replace("T", " ")],
    ["minimand", versions.minimand],
    ["engine of training", engineText(engine)],
    ["arrays", versions.engine],
    ["node", versions.node],
    ["code", code.slice(0, 12)],
  ];
  const files = Object.entries(data).flatMap(([name, sources]) =>
    sources.length === 0
      ? [{ cells: [name, "absent", ""] }]
      : sources.map(({ file, sha256 }) => ({
          cells: [name, file, html`<code style="font-size:11px;white-space:nowrap">${sha256}</code>`],
        })),
  );
  const command = [
    `npx minimand reproduce ${card.slug}`,
    ...(scale === "default" ? [] : [`--${scale}`]),
    ...(seeds === null ? [] : [`--seeds ${seeds}`]),
    ...(firstSeed === null ? [] : [`--first-seed ${firstSeed}`]),
    `--engine ${engine.name}`,
    ...(engine.threads === 1 ? [] : [`--threads ${engine.threads}`]),
  ].join(" ");
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings, versions and data</h2>
<p>The same command on the same data gives the same numbers, whatever the number of workers:
<code>${command}</code></p>
${computedOnNotes(computedOn).map(({ text }) => html`<p>${text}.</p>`)}
<dl class="facts compact">${facts.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>
${table("Data", [{ head: "Data set" }, { head: "File" }, { head: "SHA-256" }], files)}
<h3>Pieces of the library</h3>
<p>${card.pieces.map((piece, i) => html`${i === 0 ? null : ", "}<code>${piece}</code>`)}</p>
</section>`;
}
