import { meanOf, median } from "../../averages.ts";
import { plural } from "../../plural.ts";
import type { CandidateSummary, Configuration, DatasetReport, TrialRecord } from "../../results.ts";
import { decimals, fixed, metricName, partName, validationName } from "../figures/index.ts";
import { configurationText } from "../format.ts";
import type { Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import type { Row } from "../page/table.ts";
import { table } from "../page/table.ts";

const mean = (values: number[]): number | null => (values.length === 0 ? null : meanOf(values));

const key = (configuration: Configuration): string => JSON.stringify(configuration);

/** How one configuration did over all folds, or seeds. */
interface Usage {
  text: string;
  /** Trials that tried it, chose it, and in which it diverged. */
  tried: number;
  chosen: number;
  diverged: number;
  validation: number | null;
}

/** The configurations that some trial has tried, those of a setting together, slowest first. */
function usageOf(trials: readonly TrialRecord[]): Usage[] {
  const records = Map.groupBy(
    trials.flatMap(({ tuning }) => tuning),
    ({ configuration }) => key(configuration),
  );
  const settings = [...records.values()].map(([{ configuration }]) =>
    JSON.stringify(configuration.parameters),
  );
  const place = ({ parameters }: Configuration): number => settings.indexOf(JSON.stringify(parameters));
  return [...records]
    .map(([id, own]) => ({ id, own, configuration: own[0].configuration }))
    .toSorted(
      ({ configuration: a }, { configuration: b }) => place(a) - place(b) || a.learningRate - b.learningRate,
    )
    .map(({ id, own, configuration }) => ({
      text: configurationText(configuration),
      tried: own.length,
      chosen: trials.filter(({ chosen }) => chosen !== null && key(chosen) === id).length,
      diverged: own.filter(({ validation }) => validation === null).length,
      validation: mean(own.flatMap(({ validation }) => (validation === null ? [] : [validation]))),
    }));
}

/** Whether a trial has chosen the slowest or the fastest of all learning rates that it tried: a better one may be beyond. */
function isAtEnd({ chosen, tuning }: TrialRecord): boolean {
  if (chosen === null) return false;
  const rates = tuning.map(({ configuration }) => configuration.learningRate);
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)];
  return slowest < fastest && (chosen.learningRate === slowest || chosen.learningRate === fastest);
}

/** From the least to the most. */
function rangeText(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least}` : `${least} to ${most}`;
}

/**
 * Writes the section on inner tuning. It shows how much was tried for each loss, which configuration it chose how often, and whether that
 * is at an end of the learning rates. The epochs are shown as well, and, folded away, every configuration that was tried.
 */
export function tuningSection(
  report: DatasetReport,
  candidates: readonly CandidateSummary[],
  members: number,
): Markup | null {
  const digits = decimals(report.ranking.rope);
  const losses = candidates.flatMap((candidate) => {
    // A trial that can't be had has tried nothing.
    const trials = report.trials.filter(
      ({ candidate: id, tuning }) => id === candidate.id && tuning.length > 0,
    );
    return candidate.grid.length === 0 || trials.length === 0
      ? []
      : [{ candidate, trials, usage: usageOf(trials) }];
  });
  if (losses.length === 0) return null;
  const part = partName(report);
  const summary = losses.map(({ candidate, trials, usage }): Row => {
    const favourite = usage.reduce((a, b) => (b.chosen > a.chosen ? b : a));
    const { chosen } = favourite;
    const isTied = chosen === 1 && trials.length > 1;
    // Trees have none.
    const epochs = median(trials.map((trial) => trial.epochs));
    const atEnd = trials.filter(isAtEnd).length;
    const mark =
      2 * atEnd > trials.length
        ? html` <br><small>at the end of the grid in ${atEnd} of ${plural(trials.length, part)}</small>`
        : "";
    return {
      cells: [
        candidate.label,
        rangeText(trials.map(({ tuning }) => tuning.length)),
        chosen === 0 ? "none" : html`${isTied ? "another one each time" : favourite.text}${mark}`,
        `${chosen} of ${trials.length}`,
        epochs === 0 ? "–" : fixed(epochs, 0),
      ],
    };
  });
  const all = losses.map(({ candidate, trials, usage }) =>
    usage.map(
      (u): Row => ({
        cells: [
          candidate.label,
          u.text,
          `${u.tried} of ${trials.length}`,
          `${u.chosen} of ${u.tried}`,
          // The reference that sees every row is chosen by the metric.
          report.bags !== undefined && candidate.kind === "reference"
            ? `${metricName(report.ranking.metric)} ${fixed(u.validation, digits)}`
            : fixed(u.validation, digits),
          u.diverged === 0 ? "" : `${u.diverged} of ${u.tried}`,
        ],
      }),
    ),
  );
  const grids = losses.map(({ candidate }) => candidate.grid.map(({ learningRate }) => learningRate));
  const rates = grids[0].length;
  const alike = grids.every((grid) => grid.join() === grids[0].join());
  return html`<h3>Tuning</h3>
<p>Every loss was tuned separately inside every training part, on a split without rows of the test ${part === "fold" ? "fold" : "file"}.
All losses tried the same ${plural(rates, "learning rate")}${alike ? "" : ", except losses with a range of their own"}. The losses' own parameters, such as a margin, had their default values.${
    rates > 1
      ? " If the best rate was the smallest or largest, one more beyond it was tried. Then, at the best rate, other values of those parameters were tried."
      : ""
  }${
    members > 1
      ? ` Of the ${members} networks per fit, the first one was tuned and the others were trained with its configuration; epochs are those of the first one.`
      : ""
  } The configuration chosen in most ${part}s:</p>
${table(
  `Chosen configurations on ${report.name}`,
  [
    { head: "Loss" },
    { head: html`Configurations <small>per ${part}</small>`, numeric: true },
    { head: "Chosen most often" },
    { head: `In ${part}s`, numeric: true },
    { head: html`Epochs <small>median</small>`, numeric: true },
  ],
  summary,
)}
<details><summary>Every configuration that was tried</summary>${table(
    `All configurations on ${report.name}`,
    [
      { head: "Loss" },
      { head: "Configuration" },
      { head: `Tried in ${part}s`, numeric: true },
      { head: "Chosen", numeric: true },
      {
        head: html`${validationName(report)} <small>mean on inner validation, where tried</small>`,
        numeric: true,
      },
      { head: "Diverged", numeric: true },
    ],
    ...all,
  )}</details>`;
}
