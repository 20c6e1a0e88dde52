import { type Curve, type Interval, intervalsFigure, plural, seriesFigure } from "@minimand/compare";
import {
  type Child,
  figure,
  html,
  type Markup,
  notesList,
  page,
  svgDocument,
} from "@minimand/compare/report";
import type { Row } from "@minimand/papers";
import { mean } from "../../mean.ts";
import { rowTable } from "../../report/row-table.ts";
import { cellText, groupRows } from "../../report/rows.ts";
import type { EvaluationFile, SimulationFile } from "./bandit-files.ts";
import {
  doubts,
  estimators,
  evaluationRows,
  noiseText,
  simulationRows,
  standardError,
} from "./bandit-rows.ts";

/**
 * The report of a simulation as one HTML file that needs nothing else: regret curves with their standard errors, and a
 * table.
 *
 * @param file what `results.json` holds
 */
export function renderSimulation(file: SimulationFile): string {
  const rows = simulationRows(file);
  const [best] = rows;
  const curves = file.bandits.map(({ name, plays }): Curve => {
    const points = plays[0].rounds.map((_, k) => plays.map(({ curve }) => curve[k]));
    const y = points.map(mean);
    const error = points.map((values) => standardError(values) ?? 0);
    return {
      name,
      xLabel: "round",
      yLabel: "cumulative regret",
      x: plays[0].rounds,
      y,
      low: y.map((v, k) => v - error[k]),
      high: y.map((v, k) => v + error[k]),
    };
  });
  const document = svgDocument();
  const noise = noiseText(file);
  const headline = `${String(best.bandit)} has the least regret on ${file.name}: ${cellText(best.regret)} in ${plural(file.rounds, "round")}`;
  return banditPage(
    file,
    headline,
    html`${
      noise === null
        ? null
        : html`<p class="notice">${noise}</p>
`
    }<p class="lede">Each row is a round and each class an arm (${plural(file.arms, "arm")}), with reward 1 for the right arm; ${plural(file.seeds, "repeat")},
each with its own order of the rows.${file.delay > 0 ? ` Rewards arrive ${plural(file.delay, "round")} late.` : ""} Settings that are not
listed below are defaults: a bandit tuned for the data may do better.</p>`,
    html`<section aria-labelledby="curves"><h2 id="curves">Regret</h2>
${figure(
  (options) => seriesFigure(curves, document, options),
  "Cumulative regret, as the mean over repeats with its standard error. One panel per bandit, all on the same axes; the pale curves are the other bandits.",
)}
</section>
<section aria-labelledby="results"><h2 id="results">Results</h2>
${tables(rows)}
</section>
${file.notes.length === 0 ? null : html`<section aria-labelledby="notes"><h2 id="notes">Data as read</h2>${notesList(file.notes)}</section>`}`,
    [
      ["data", file.source],
      ["SHA-256", file.sha256],
      ["target", file.target],
      ["inputs", `${file.inputs}, a constant 1 included`],
      ["settings", Object.keys(file.settings).length === 0 ? "defaults" : JSON.stringify(file.settings)],
    ],
  );
}

/**
 * The report of an off-policy evaluation as one HTML file: intervals of every policy and estimate, and a table.
 *
 * @param file what `results.json` holds
 */
export function renderEvaluation(file: EvaluationFile): string {
  const intervals = file.evaluations.flatMap((evaluation): Interval[] => {
    const group = evaluation.policy;
    const interval = (name: string, { value, ci95 }: EvaluationFile["logged"]): Interval => ({
      group,
      name,
      value,
      low: ci95[0],
      high: ci95[1],
    });
    if (evaluation.kind === "replay") return [interval("replay", evaluation.replay)];
    return estimators.flatMap(([key, name]) => {
      const found = evaluation.estimates[key];
      return found === null ? [] : [interval(name, found)];
    });
  });
  const document = svgDocument();
  const reference = { value: file.logged.value, label: `as logged ${file.logged.value.toFixed(3)}` };
  const warnings = doubts(file);
  return banditPage(
    file,
    `What ${plural(file.evaluations.length, "policy", "policies")} would have earned, from ${plural(file.rewarded, "logged decision")}`,
    html`${warnings.map(
      (text) => html`<p class="notice">${text}</p>
`,
    )}`,
    html`<section aria-labelledby="intervals"><h2 id="intervals">Reward a decision</h2>
${figure(
  (options) => intervalsFigure(intervals, document, { ...options, xLabel: "reward a decision", reference }),
  "Estimates with 95 % intervals (normal approximation). Doubly robust ones use a cross-fitted ridge regression of the rewards.",
)}
</section>
<section aria-labelledby="results"><h2 id="results">Results</h2>
${tables(evaluationRows(file))}
</section>`,
    [
      ["log", file.source],
      ["SHA-256", file.sha256],
      ["decisions", `${file.decisions}, ${file.rewarded} of them with a reward`],
      ["clip", file.clip],
      ["settings", Object.keys(file.settings).length === 0 ? "defaults" : JSON.stringify(file.settings)],
    ],
  );
}

function tables(rows: readonly Row[]): Markup[] {
  return groupRows(rows).map((group) => rowTable("Results", group.rows));
}

function banditPage(
  { created, versions }: Pick<SimulationFile, "created" | "versions">,
  headline: string,
  lead: Child,
  body: Child,
  facts: [string, Child][],
): string {
  return page({
    title: headline,
    kind: "bandits",
    created,
    headline,
    lead,
    sections: html`${body}
<section aria-labelledby="settings"><h2 id="settings">Settings</h2>
<dl class="facts compact">${facts.map(
      ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
    )}</dl></section>`,
    footer: html`Written by minimand ${versions.minimand}. All numbers are in <code>results.json</code> next to this file.`,
  });
}
