import type { CandidateSummary, DatasetReport, RankingEntry } from "@minimand/compare";
import { decimals, fixed, metricName, percent, pValue, signed } from "@minimand/compare";
import type { Child, Markup } from "./markup.ts";
import { html } from "./markup.ts";
import type { Column, Row } from "./table.ts";
import { table } from "./table.ts";
import { chip } from "./verdict.ts";

/** P(better), P(same), P(worse) as numbers with a small bar. */
function posterior(entry: RankingEntry): Child {
  const d = entry.difference;
  if (d === null) return "–";
  const part = (kind: string, p: number): Markup =>
    html`<i class="${kind}" style="width:${(100 * p).toFixed(1)}%"></i>`;
  return html`${percent(d.pBetter)} / ${percent(d.pSame)} / ${percent(d.pWorse)}
<span class="bar" aria-hidden="true" style="margin-left:auto">${part("w", d.pWorse)}${part("s", d.pSame)}${part("b", d.pBetter)}</span>`;
}

function name(entry: RankingEntry, candidate: CandidateSummary | undefined): Child {
  const origin = [
    candidate?.paper ? `paper ${candidate.paper}` : null,
    candidate?.extension ? "our extension to this task" : null,
  ].filter((text) => text !== null);
  return html`${entry.label}${origin.length > 0 ? html` <small>${origin.join(", ")}</small>` : null}`;
}

/**
 * The ranking as a table: mean, difference to the baseline with its interval, p, posterior probabilities and verdict.
 * References (majority class, tuned threshold) stand below, untested.
 */
export function rankingTable(report: DatasetReport, candidates: CandidateSummary[]): Markup {
  const { ranking } = report;
  const digits = decimals(ranking.rope);
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const better = ranking.higherIsBetter ? "positive is better" : "negative is better";
  const columns: Column[] = [
    { head: "Loss" },
    {
      head: html`${metricName(ranking.metric)} <small>mean ± sd, ${ranking.higherIsBetter ? "higher" : "lower"} is better</small>`,
      numeric: true,
    },
    { head: html`Difference <small>95 % interval, ${better}</small>`, numeric: true },
    { head: html`p <small>after Holm</small>`, numeric: true },
    { head: html`Probability <small>better / same / worse</small>`, numeric: true },
    { head: "Verdict" },
  ];
  const row = (entry: RankingEntry): Row => {
    const d = entry.difference;
    const runs = entry.n + entry.diverged;
    return {
      className: entry.verdict === "baseline" ? "baseline" : "",
      cells: [
        name(entry, byId.get(entry.candidate)),
        entry.mean === null ? "–" : `${fixed(entry.mean, digits)} ± ${fixed(entry.sd, digits)}`,
        d === null
          ? "–"
          : html`${signed(d.mean, digits)} <small>[${signed(d.low, digits)}, ${signed(d.high, digits)}]</small>`,
        d === null ? "–" : pValue(d.pHolm),
        posterior(entry),
        entry.verdict === "diverged"
          ? chip("diverged", `diverged ${entry.diverged} of ${runs}`)
          : chip(entry.verdict),
      ],
    };
  };
  const losses = ranking.entries.filter(({ verdict }) => verdict !== "reference");
  const references = ranking.entries.filter(({ verdict }) => verdict === "reference");
  return html`${table(`Ranking on ${report.name}`, columns, losses.map(row), references.map(row))}
<details><summary>Every verdict in words</summary><ul class="notes">${losses.map(
    ({ sentence }) => html`<li>${sentence}</li>
`,
  )}</ul></details>`;
}
