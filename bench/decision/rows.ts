import type { Row } from "../results.ts";
import type { Judged } from "./judge.ts";
import type { Outcome } from "./replicate.ts";
import { mostOf, rule } from "./rule.ts";
import type { Setting } from "./settings.ts";

const level = rule.alpha / 2;

const isBetter = ({ finalist, better }: Judged): boolean => finalist && better < level;
const isWorse = ({ worse }: Judged): boolean => worse < level;

/** The lines of a setting among those of an earlier report: its first ones begin with its title, the others with "the same". */
export function earlierRows({ title }: Setting, rows: readonly Row[]): Row[] {
  const first = rows.findIndex(([what]) => what.startsWith(`${title}: `));
  if (first < 0) return [];
  const after = rows
    .slice(first)
    .findIndex(([what]) => !what.startsWith(`${title}: `) && !what.startsWith("the same"));
  return after < 0 ? rows.slice(first) : rows.slice(first, first + after);
}

/** Lines of the table of results for one setting; none where it didn't run. */
export function rowsOf(setting: Setting, outcomes: readonly Outcome[]): Row[] {
  if (outcomes.length === 0) return [];
  if (setting.judged === "choice") return choiceRows(setting, outcomes);
  return setting.metrics.flatMap((metric, i) => {
    const judged = outcomes.map((outcome) => outcome.judged[metric]);
    const isPlanted = typeof setting.labels === "object";
    const others = isPlanted ? judged.map((all) => all.slice(1)) : judged;
    const what = `${i === 0 ? setting.title : "the same"}: ${metric}`;
    const rows = [errorRow(what, others)];
    if (isPlanted)
      rows.unshift(
        powerRow(
          `${setting.title}: ${metric}`,
          judged.map(([first]) => first),
        ),
      );
    if (outcomes[0].ungrouped !== undefined)
      rows.push(
        withoutTarget(
          errorRow(
            `the same, if rows stood for themselves: ${metric}`,
            outcomes.map((o) => o.ungrouped![metric]),
          ),
        ),
      );
    return rows;
  });
}

function errorRow(what: string, judged: readonly (readonly Judged[])[]): Row {
  const n = judged.length;
  const most = mostOf(n);
  const [better, worse] = [isBetter, isWorse].map((found) => judged.filter((all) => all.some(found)).length);
  const finalists = judged.flat().filter(({ finalist }) => finalist);
  const unstable = finalists.filter((one) => one.unstable).length / finalists.length;
  const diverged = judged.flat().filter(({ finding }) => finding === "diverged").length;
  return [
    what,
    `of ${n} false "better" in ${better}, false "worse" in ${worse}; ${(100 * unstable).toFixed(0)} % of finalists unstable${diverged === 0 ? "" : `, ${diverged} diverged`}`,
    `at most ${most} each`,
    Math.max(better, worse) <= most,
  ];
}

/** Intervals of what validation chooses, beside the truth. */
function choiceRows({ title, metrics, labels }: Setting, outcomes: readonly Outcome[]): Row[] {
  return metrics.flatMap((metric, i): Row[] => {
    // The log loss of a probability of 0 has none.
    const all = outcomes
      .map(({ table, choice }) => ({ table, ...choice![metric] }))
      .filter((one) => Number.isFinite(one.mean));
    const most = mostOf(all.length);
    const truthOf = (one: (typeof all)[number]): number => {
      if (labels === "permuted") return 0;
      const others = all.filter((other) => other !== one && other.table === one.table);
      return others.reduce((sum, { mean }) => sum + mean, 0) / others.length;
    };
    const above = all.filter((one) => one.low > truthOf(one)).length;
    const below = all.filter((one) => one.high < truthOf(one)).length;
    const mean = all.reduce((sum, one) => sum + one.mean, 0) / all.length;
    const gains = labels === "permuted" ? "" : `, above 0 in ${all.filter(({ low }) => low > 0).length}`;
    return [
      [
        `${i === 0 ? title : "the same"}: ${metric}`,
        `of ${all.length} intervals above the true difference in ${above}, below in ${below}${gains}; mean gain ${mean.toFixed(4)}`,
        `at most ${most} each`,
        Math.max(above, below) <= most,
      ],
    ];
  });
}

const withoutTarget = ([what, measured]: Row): Row => [what, measured, "", true];

function powerRow(what: string, planted: readonly Judged[]): Row {
  const n = planted.length;
  const mean = planted.reduce((sum, one) => sum + one.mean, 0) / n;
  const finalists = planted.filter(({ finalist }) => finalist).length;
  const found = planted.filter(isBetter).length;
  const stable = planted.filter(({ unstable }) => !unstable);
  return [
    what,
    `found in ${found} of ${n} (${(found / n).toFixed(2)}), finalist in ${finalists}; ${stable.filter(isBetter).length} of ${stable.length} where its fits are stable; mean difference ${(100 * mean).toFixed(1)} points`,
    "",
    true,
  ];
}
