import type { CandidateSummary, DatasetReport, RankingEntry } from "@minimand/compare";
import { decimals, fixed, metricName, percent, pValue, signed } from "@minimand/compare";
import type { Child, Markup } from "./markup.ts";
import { html } from "./markup.ts";
import type { Column, Row } from "./table.ts";
import { table } from "./table.ts";
import { chip } from "./verdict.ts";

/** P(better), P(same), P(worse) in percent over a small bar. */
function posterior(entry: RankingEntry): Child {
  const d = entry.difference;
  if (d === null || d.p === null) return "–";
  const part = (kind: string, p: number): Markup =>
    html`<i class="${kind}" style="width:${(100 * p).toFixed(1)}%"></i>`;
  const numbers = [d.pBetter, d.pSame, d.pWorse].map((p) => percent(p).replace(" %", ""));
  return html`${numbers.join(" / ")} %<span class="bar" aria-hidden="true">${part("b", d.pBetter)}${part("s", d.pSame)}${part("w", d.pWorse)}</span>`;
}

function name(entry: RankingEntry, candidate: CandidateSummary | undefined): Child {
  const origin = [
    candidate?.paper ? `paper ${candidate.paper}` : null,
    candidate?.extension ? "our extension to this task" : null,
    candidate?.origin ? `from ${candidate.origin.file}` : null,
  ].filter((text) => text !== null);
  return html`${entry.label}${origin.length > 0 ? html`<small class="line">${origin.join(", ")}</small>` : null}`;
}

/**
 * The ranking as a table: mean, difference to the baseline with its interval, p, posterior probabilities and verdict. On
 * a test file nothing is tested, so interval, p and probabilities have no columns.
 * References (majority class, tuned threshold) stand below, untested.
 */
export function rankingTable(report: DatasetReport, candidates: CandidateSummary[]): Markup {
  const { ranking } = report;
  const digits = decimals(ranking.rope);
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const tested = report.testRows === null;
  const columns: Column[] = [
    { head: "Loss" },
    { head: "Verdict" },
    { head: html`${metricName(ranking.metric)} <small>mean ± sd</small>`, numeric: true },
    { head: html`Difference${tested ? html` <small>95 % interval</small>` : null}`, numeric: true },
  ];
  if (tested)
    columns.push(
      { head: html`p <small>adjusted</small>`, numeric: true },
      { head: html`Probability <small>better / same / worse</small>`, numeric: true },
    );
  const row = (entry: RankingEntry): Row => {
    const d = entry.difference;
    const runs = entry.n + entry.diverged;
    const verdict =
      entry.verdict === "diverged"
        ? chip("diverged", `diverged ${entry.diverged}/${runs}`)
        : chip(entry.verdict);
    const interval =
      d === null || d.p === null
        ? null
        : html`<small class="line">[${signed(d.low, digits)}, ${signed(d.high, digits)}]</small>`;
    const claims = (): Child[] => [
      d === null || d.p === null || entry.verdict === "reference" ? "–" : pValue(d.pAdjusted),
      posterior(entry),
    ];
    return {
      className: entry.verdict === "baseline" ? "baseline" : "",
      cells: [
        name(entry, byId.get(entry.candidate)),
        verdict,
        entry.mean === null
          ? "–"
          : html`${fixed(entry.mean, digits)}${entry.sd === null ? null : html` <small>± ${fixed(entry.sd, digits)}</small>`}`,
        d === null ? "–" : html`${signed(d.mean, digits)}${interval}`,
        ...(tested ? claims() : []),
      ],
    };
  };
  const losses = ranking.entries.filter(({ verdict }) => verdict !== "reference");
  const references = ranking.entries.filter(({ verdict }) => verdict === "reference");
  return html`${table(`Ranking on ${report.name}`, columns, losses.map(row), references.map(row))}
<details><summary>Every verdict in words</summary><ul class="notes">${losses.map(
    ({ label, sentence }) => html`<li><strong>${label}</strong>: ${sentence}</li>
`,
  )}</ul></details>`;
}
