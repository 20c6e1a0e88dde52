import { median } from "../../averages.ts";
import { scoreShown, unequalSeeds, verdictWord } from "../../judge/ranking/index.ts";
import type { CandidateSummary, DatasetReport, RankingEntry } from "../../results.ts";
import {
  decimals,
  fixed,
  isTested,
  metricName,
  outcomeOrder,
  percent,
  pValue,
  signed,
} from "../figures/index.ts";
import { duration } from "../format.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import type { Column, Row } from "../page/table.ts";
import { table } from "../page/table.ts";
import { chip } from "./verdict.ts";

/** The probabilities in percent over a small bar, from left to right as differences are drawn. */
function posterior(entry: RankingEntry, order: Outcome[]): Child {
  const d = entry.difference;
  if (d === null || d.p === null) return "–";
  const part = (kind: string, p: number): Markup =>
    html`<i class="${kind}" style="width:${(100 * p).toFixed(1)}%"></i>`;
  const of = { better: d.pBetter, same: d.pSame, worse: d.pWorse };
  const numbers = order.map((outcome) => percent(of[outcome]).replace(" %", ""));
  return html`${numbers.join(" / ")} %<span class="bar" aria-hidden="true">${order.map((outcome) => part(outcome.charAt(0), of[outcome]))}</span>`;
}

/** Of the usual trial, tuning included; a dash where nothing is trained. */
function timeOf({ trials }: DatasetReport, candidate: string): string {
  const own = trials.filter((trial) => trial.candidate === candidate && trial.tuning.length > 0);
  return own.length === 0 ? "–" : duration(median(own.map(({ seconds }) => seconds)));
}

type Outcome = ReturnType<typeof outcomeOrder>[number];

function name(entry: RankingEntry, candidate: CandidateSummary | undefined): Child {
  const origin = [
    candidate?.paper ? `paper ${candidate.paper}` : null,
    candidate?.extension ? "our extension to this task" : null,
    candidate?.origin ? `from ${candidate.origin.file}` : null,
  ].filter((text) => text !== null);
  return html`${entry.label}${origin.length > 0 ? html`<small class="line">${origin.join(", ")}</small>` : null}`;
}

/**
 * Returns the ranking as a table: difference to the baseline with its interval, verdict, mean, time, p and probabilities. Where nothing is
 * tested, interval, p and probabilities have no columns. References (majority class, tuned threshold) are below, untested.
 */
export function rankingTable(report: DatasetReport, candidates: CandidateSummary[]): Markup {
  const { ranking } = report;
  const digits = decimals(ranking.rope);
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const tested = isTested(report);
  const order = outcomeOrder(ranking);
  const columns: Column[] = [
    { head: "Loss" },
    // Before all else: on a telephone there is room for two columns.
    { head: html`Difference${tested ? html` <small>95 % interval</small>` : null}`, numeric: true },
    { head: "Verdict" },
    { head: html`${metricName(ranking.metric)} <small>mean ± sd</small>`, numeric: true },
    { head: html`Time <small>median per trial, tuning included</small>`, numeric: true },
  ];
  if (tested)
    columns.push(
      { head: html`p <small>adjusted, alpha ${ranking.alpha}</small>`, numeric: true },
      { head: html`Probability <small>${order.join(" / ")}</small>`, numeric: true },
    );
  const row = (entry: RankingEntry): Row => {
    const d = entry.difference;
    const score = scoreShown(entry, ranking);
    const runs = entry.n + entry.diverged;
    const word = verdictWord(entry, ranking.entries);
    const verdict = chip(
      entry.verdict,
      entry.verdict === "diverged" ? `${word} ${entry.diverged}/${runs}` : word,
    );
    const interval =
      d === null || d.p === null
        ? null
        : html`<small class="line">[${signed(d.low, digits)}, ${signed(d.high, digits)}]</small>`;
    const claims = (): Child[] => [
      d === null || d.p === null || entry.verdict === "reference" ? "–" : pValue(d.pAdjusted),
      posterior(entry, order),
    ];
    return {
      className: entry.verdict === "baseline" ? "baseline" : "",
      cells: [
        name(entry, byId.get(entry.candidate)),
        d === null ? "–" : html`${signed(d.mean, digits)}${interval}`,
        verdict,
        score === null
          ? "–"
          : html`${fixed(score, digits)}${entry.sd === null ? null : html` <small>± ${fixed(entry.sd, digits)}</small>`}`,
        timeOf(report, entry.candidate),
        ...(tested ? claims() : []),
      ],
    };
  };
  const losses = ranking.entries.filter(({ verdict }) => verdict !== "reference");
  const references = ranking.entries.filter(({ verdict }) => verdict === "reference");
  const seeds = unequalSeeds(ranking);
  return html`${table(`Ranking on ${report.name}`, columns, losses.map(row), references.map(row))}
${seeds === null ? null : html`<p>${seeds}</p>`}
<details><summary>All verdicts in words</summary><ul class="notes">${losses.map(
    ({ label, sentence }) => html`<li><strong>${label}</strong>: ${sentence}</li>
`,
  )}</ul></details>`;
}
