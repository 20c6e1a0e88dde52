import { banded } from "../../kit/series.ts";
import { estimate, mean, median, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { estimators } from "./arms.ts";
import type { BanditResult, Fit } from "./bandit-trial.ts";
import { judgedAt, unheld, world } from "./settings.ts";
import { textRows, textSeries } from "./text-report.ts";
import { endsOf, equalTo, runsOf } from "./text-runs.ts";
import type { TextResult } from "./text-trial.ts";
import { type BanditCell, judge, type Losses } from "./verdict.ts";

/** Tables, curves and verdict. */
export function reportOf(bandits: readonly BanditResult[], texts: readonly TextResult[]): ReproductionReport {
  const cells = cellsOf(bandits);
  const ends = (arm: string, epsilon: number) => endsOf(texts, arm, epsilon).map(({ reward }) => reward);
  const untouched = (["dpo", "cdpo", "rdpo"] as const).map((arm) =>
    JSON.stringify(runsOf(texts, arm, 0).map(({ checkpoints, cold }) => [checkpoints, cold])),
  );
  const byLoss = <T>(of: (arm: string) => T): Losses<T> => ({
    dpo: of("dpo"),
    cdpo: of("cdpo"),
    rdpo: of("rdpo"),
  });
  const dpoEnds = endsOf(texts, "dpo", judgedAt).map(({ kl }) => kl);
  return {
    rows: [...cells.flatMap(banditRows), ...unheldRows(bandits), ...textRows(texts)],
    series: [...banditSeries(cells), ...unheldSeries(bandits), ...textSeries(texts)],
    ...judge({
      features: world.features,
      cells: cells.map(meansOf),
      rewards: byLoss((arm) => ends(arm, judgedAt)),
      same: untouched.every((told) => told === untouched[0]),
      equal: {
        kl: dpoEnds,
        dpo: equalTo(texts, "dpo", judgedAt, dpoEnds),
        rdpo: equalTo(texts, "rdpo", judgedAt, dpoEnds),
      },
    }),
  };
}

/** All fits of one share of swapped labels and one number of pairs, by loss. */
interface Cell {
  epsilon: number;
  count: number;
  fits: Record<string, Fit[]>;
}

function cellsOf(bandits: readonly BanditResult[]): Cell[] {
  const all = bandits.flatMap(({ fits }) => fits);
  return [...Map.groupBy(all, ({ epsilon, count }) => `${epsilon} ${count}`).values()].map((own) => ({
    epsilon: own[0].epsilon,
    count: own[0].count,
    fits: Object.fromEntries(estimators.map(({ loss }) => [loss, own.filter((fit) => fit.loss === loss)])),
  }));
}

const ofRule = { dpo: "dpo", cdpo: "conservative", rdpo: "robust" } as const;

function meansOf({ epsilon, count, fits }: Cell): BanditCell {
  const of = (column: "error" | "gap"): Losses<number> => {
    const [dpo, cdpo, rdpo] = Object.values(ofRule).map((loss) => mean(fits[loss].map((fit) => fit[column])));
    return { dpo, cdpo, rdpo };
  };
  return { epsilon, count, error: of("error"), gap: of("gap") };
}

function banditRows({ epsilon, count, fits }: Cell): Row[] {
  return estimators.map(({ loss, label }) => {
    const [error, gap] = (["error", "gap"] as const).map((name) =>
      estimate(fits[loss].map((fit) => fit[name])),
    );
    return {
      bandit: label,
      epsilon,
      pairs: count,
      error: rounded(error.mean),
      "s.e.": rounded(error.error),
      "error (1 - 2 epsilon) sqrt(n / d)": rounded(
        error.mean * (1 - 2 * epsilon) * Math.sqrt(count / world.features),
      ),
      gap: rounded(gap.mean),
      "s.e. of the gap": rounded(gap.error),
      // Of a loss that isn't convex the solver can't tell.
      "without a minimum":
        loss === "noise-aware" ? null : fits[loss].filter(({ bounded }) => !bounded).length,
      bandits: error.n,
    };
  });
}

function banditSeries(cells: readonly Cell[]): Series[] {
  return [...Map.groupBy(cells, ({ epsilon }) => epsilon)].flatMap(([epsilon, own]) =>
    estimators.map(({ loss, label }) => ({
      ...banded(
        { name: label, xLabel: "pairs", yLabel: `error, epsilon ${epsilon}` },
        own.map(({ count }) => count),
        own.map(({ fits }) => fits[loss].map(({ error }) => error)),
        rounded,
      ),
      xScale: "log",
      yScale: "log",
    })),
  );
}

/** Errors of few and noisy pairs by what the parameters are held within: the median of the bandits. */
function unheldMedians(
  bandits: readonly BanditResult[],
): { label: string; radius: number; errors: number[] }[] {
  return estimators.flatMap(({ loss, label }) =>
    unheld.radii.map((multiple) => {
      const radius = multiple * world.norm;
      const own = bandits.flatMap((bandit) =>
        bandit.unheld.filter((fit) => fit.loss === loss && fit.radius === radius),
      );
      return { label, radius, errors: own.map(({ error }) => error) };
    }),
  );
}

function unheldRows(bandits: readonly BanditResult[]): Row[] {
  return unheldMedians(bandits).map(({ label, radius, errors }) => ({
    [`${unheld.count} pairs at epsilon ${unheld.epsilon}`]: label,
    radius,
    "median error": rounded(median(errors)),
    "largest error": rounded(Math.max(...errors)),
  }));
}

function unheldSeries(bandits: readonly BanditResult[]): Series[] {
  const medians = unheldMedians(bandits);
  return estimators.map(({ label }) => {
    const own = medians.filter((found) => found.label === label);
    return {
      name: label,
      xLabel: "radius",
      yLabel: `median error, epsilon ${unheld.epsilon}, ${unheld.count} pairs`,
      x: own.map(({ radius }) => radius),
      y: own.map(({ errors }) => rounded(median(errors))),
      xScale: "log",
      yScale: "log",
    };
  });
}
