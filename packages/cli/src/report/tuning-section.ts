import type { CandidateSummary, Configuration, DatasetReport, TrialRecord } from "@minimand/compare";
import { decimals, fixed, metricName, partName, validationName } from "@minimand/compare";
import { configurationText, duration, median, plural } from "./format.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import type { Row } from "./table.ts";
import { table } from "./table.ts";

const mean = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;

const key = (configuration: Configuration): string => JSON.stringify(configuration);

/** How one configuration of a grid did over all folds, or seeds. */
interface Usage {
  text: string;
  chosen: number;
  validation: number | null;
  diverged: number;
}

function usageOf(grid: Configuration[], trials: TrialRecord[]): Usage[] {
  return grid.map((configuration) => {
    const id = key(configuration);
    const records = trials.flatMap(({ tuning }) =>
      tuning.filter((record) => key(record.configuration) === id),
    );
    return {
      text: configurationText(configuration),
      chosen: trials.filter(({ chosen }) => chosen !== null && key(chosen) === id).length,
      validation: mean(records.flatMap(({ validation }) => (validation === null ? [] : [validation]))),
      diverged: records.filter(({ validation }) => validation === null).length,
    };
  });
}

/**
 * The inner tuning: which configuration each loss chose how often, after how many epochs, and, folded away, every
 * configuration that was tried.
 */
export function tuningSection(report: DatasetReport, candidates: CandidateSummary[]): Markup | null {
  const digits = decimals(report.ranking.rope);
  const losses = candidates.flatMap((candidate) => {
    const trials = report.trials.filter((trial) => trial.candidate === candidate.id);
    return candidate.grid.length === 0 || trials.length === 0
      ? []
      : [{ candidate, trials, usage: usageOf(candidate.grid, trials) }];
  });
  if (losses.length === 0) return null;
  const summary = losses.map(({ candidate, trials, usage }): Row => {
    const favourite = usage.reduce((a, b) => (b.chosen > a.chosen ? b : a));
    return {
      cells: [
        candidate.label,
        favourite.chosen === 0 ? "none" : favourite.text,
        `${favourite.chosen} of ${trials.length}`,
        fixed(median(trials.map(({ epochs }) => epochs)), 0),
        duration(mean(trials.map(({ seconds }) => seconds)) ?? 0),
      ],
    };
  });
  const all = losses.map(({ candidate, trials, usage }) =>
    usage.map(
      (u): Row => ({
        cells: [
          candidate.label,
          u.text,
          `${u.chosen} of ${trials.length}`,
          // The reference that sees every row is chosen by the metric.
          report.bags !== undefined && candidate.kind === "reference"
            ? `${metricName(report.ranking.metric)} ${fixed(u.validation, digits)}`
            : fixed(u.validation, digits),
          u.diverged === 0 ? "" : `${u.diverged} of ${trials.length}`,
        ],
      }),
    ),
  );
  const part = partName(report);
  const size = Math.max(...losses.map(({ candidate }) => candidate.grid.length));
  return html`<h3>What tuning chose</h3>
<p>Every loss was tuned anew inside every training part, with the same number of configurations
(${plural(size, "configuration")}), on a split that the test ${part === "fold" ? "fold" : "file"} never touches. What is chosen in most ${part}s:</p>
${table(
  `Chosen configurations on ${report.name}`,
  [
    { head: "Loss" },
    { head: "Chosen most often" },
    { head: `In ${part}s`, numeric: true },
    { head: html`Epochs <small>median</small>`, numeric: true },
    { head: html`Time a trial <small>tuning included</small>`, numeric: true },
  ],
  summary,
)}
<details><summary>Every configuration that was tried</summary>${table(
    `All configurations on ${report.name}`,
    [
      { head: "Loss" },
      { head: "Configuration" },
      { head: "Chosen", numeric: true },
      {
        head: html`${validationName(report)} <small>mean on inner validation</small>`,
        numeric: true,
      },
      { head: "Diverged", numeric: true },
    ],
    ...all,
  )}</details>`;
}
