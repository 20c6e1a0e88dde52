import { estimate, logSlope, mean, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Scale, Series } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import { driftName, judgedSwitches, type Study, scales, sigmas } from "./settings.ts";
import { type ArmResult, fourfold, type Result, type Spec } from "./trial.ts";
import { type Evidence, growth, judge } from "./verdict.ts";

/** A study with its arms and its results, one per seed. */
export interface Measured {
  study: Study;
  arms: Spec["arms"];
  results: readonly Result[];
}

/** The results of one arm, one per seed. The theory's steps come first in a study. */
function of({ arms, results }: Measured, id: string, tuned = false): ArmResult[] {
  const found = arms.map((arm, i) => ({ ...arm, i })).filter((arm) => arm.id === id);
  const arm = tuned ? found[1] : found[0];
  if (arm === undefined) throw new RangeError(`arms: expected results of ${id}, got none`);
  return results.map((result) => result.arms[arm.i]);
}

/** Mean regret at some rounds; rounds beyond the last are the last. */
function regretAt(measured: Measured, id: string, rounds: readonly number[]): number[] {
  const { marks } = measured.results[0];
  return rounds.map((t) => {
    const found = marks.indexOf(t);
    const at = found === -1 ? marks.length - 1 : found;
    return mean(of(measured, id).map(({ regret }) => regret[at]));
  });
}

export function reportOf(all: readonly Measured[], scale: Scale): ReproductionReport {
  return {
    rows: [...all.flatMap(rowsOf), ...rateRows(all)],
    series: [...all.flatMap(curvesOf), ...rateCurves(all)],
    ...judge(evidenceOf(all, scale)),
  };
}

function named(all: readonly Measured[], name: string): Measured {
  const found = all.find(({ study }) => study.name === name);
  if (found === undefined) throw new RangeError(`studies: expected ${name}, got none`);
  return found;
}

function evidenceOf(all: readonly Measured[], scale: Scale): Evidence {
  const { rates, expConcave } = scales[scale].judged;
  const at = (name: string, id: string) => regretAt(named(all, name), id, rates);
  const strong = sigmas.filter((sigma) => sigma >= 0.3);
  const over = all.flatMap(({ arms, results }) =>
    arms.flatMap(({ id }, i) => {
      const own = results.map((result) => result.arms[i]);
      const beyond = (regret: (r: ArmResult) => number) =>
        own.filter((r) => r.bound !== null && regret(r) > r.bound + 1e-6).length;
      return [{ id, happened: beyond((r) => r.happened), linear: beyond((r) => r.linear) }];
    }),
  );
  return {
    rounds: rates,
    convexQuiet: at("convex, noise 0", "oomd"),
    convexNoisy: at("convex, noise 1", "oomd"),
    sigmas: strong,
    convexBySigma: strong.map((sigma) => at(`convex, noise ${sigma}`, "oomd")[2]),
    strongQuiet: at("strongly convex, noise 0", "oomd-sc"),
    strongNoisy: at("strongly convex, noise 1", "oomd-sc"),
    expConcaveRounds: expConcave.rounds,
    expConcave: regretAt(named(all, expConcave.study), "oomd-ec", expConcave.rounds),
    orders: judgedSwitches.map((switches) => ordersOf(named(all, driftName(switches)), switches)),
    broken: over.reduce((sum, { happened }) => sum + happened, 0),
    brokenLinear: over.reduce((sum, { linear }) => sum + linear, 0),
    brokenLinearBy: [...new Set(over.filter(({ linear }) => linear > 0).map(({ id }) => armOf(id).label))],
  };
}

function ordersOf(measured: Measured, switches: number): Evidence["orders"][number] {
  const losses = (id: string, tuned: boolean) => of(measured, id, tuned).map(({ loss }) => loss);
  const [oomd, ogd] = ["oomd", "ogd"].map((id) => losses(id, false));
  const [oomdTuned, ogdTuned, oftrlTuned] = ["oomd", "ogd", "oftrl"].map((id) => losses(id, true));
  const variants = ["oftrl", "oftrl-0.1", "oftrl-0.01"].map((id) => losses(id, false));
  // The best nu in the mean, the same for all seeds.
  const oftrl = variants.reduce((a, b) => (mean(b) < mean(a) ? b : a));
  const count = (holds: (seed: number) => boolean) => oomd.filter((_, seed) => holds(seed)).length;
  return {
    switches,
    theory: count((s) => oomd[s] < ogd[s] && ogd[s] < oftrl[s]),
    tuned: count((s) => oomdTuned[s] < ogdTuned[s] && oomdTuned[s] < oftrlTuned[s]),
    seeds: oomd.length,
  };
}

/** One row an arm. */
function rowsOf(measured: Measured): Row[] {
  const { study, arms, results } = measured;
  return arms.map(({ id, scale }, i): Row => {
    const own = results.map((result) => result.arms[i]);
    const regret = estimate(own.map((r) => r.regret.at(-1)!));
    const dynamic = estimate(own.map((r) => r.dynamic.at(-1)!));
    const bounds = own.map(({ bound }) => bound).filter((b) => b !== null);
    const known = Number.isFinite(results[0].sea.sigma2);
    return {
      study: study.name,
      arm: armOf(id).label,
      steps: i < study.arms.length ? "theory" : `${scale} x`,
      seeds: own.length,
      rounds: results[0].rounds,
      regret: rounded(regret.mean),
      "s.e.": rounded(regret.error),
      "dynamic regret": rounded(dynamic.mean),
      "s.e. of that": rounded(dynamic.error),
      "cumulative loss": rounded(mean(own.map((r) => r.loss))),
      bound: bounds.length === own.length ? rounded(mean(bounds)) : null,
      V: rounded(mean(own.map((r) => r.variation))),
      "D G sqrt(T)": rounded(mean(results.map(({ D, G, rounds }) => D * G * Math.sqrt(rounds)))),
      "sigma^2": known ? rounded(mean(results.map(({ sea }) => sea.sigma2))) : null,
      "Sigma^2": known ? rounded(mean(results.map(({ sea }) => sea.Sigma2))) : null,
      path: known ? rounded(mean(results.map(({ sea }) => sea.path))) : null,
    };
  });
}

/** How regret grows with the rounds, by theory's steps; the growth of the last fourfold as a share of the one before. */
function rateRows(all: readonly Measured[]): Row[] {
  return all
    .filter(({ study }) => /^(convex|strongly|exp)/.test(study.name))
    .flatMap((measured) =>
      measured.study.arms.map((id): Row => {
        const rounds = fourfold.filter((t) => t <= measured.results[0].rounds);
        const regret = regretAt(measured, id, rounds);
        return {
          "growth of regret": measured.study.name,
          arm: armOf(id).label,
          ...Object.fromEntries(rounds.map((t, i) => [`T = ${t}`, rounded(regret[i])])),
          "log-log slope":
            regret.length > 1 && regret.every((r) => r > 0) ? rounded(logSlope(rounds, regret)) : null,
          "last growth / the one before": lastGrowth(regret),
        };
      }),
    );
}

/** Null where there are too few rounds, and where regret hardly grows at all: then it is rounding over rounding. */
function lastGrowth(regret: readonly number[]): number | null {
  const last = regret.slice(-3);
  const flat = !(Math.abs(last[1] - last[0]) > 1e-3 * Math.abs(last[0]));
  return last.length < 3 || flat ? null : rounded(growth(last));
}

/** Mean and, behind gaps, mean plus and minus one standard error: a curve with its band. */
function withBand(x: readonly number[], values: readonly (readonly number[])[]): Pick<Series, "x" | "y"> {
  const at = x.map((_, k) => estimate(values.map((own) => own[k])));
  const lines = [0, 1, -1].map((sign) => at.map((e) => e.mean + sign * e.error));
  if (values.length < 2) return { x: [...x], y: lines[0] };
  const gap = x[x.length - 1];
  return {
    x: [...x, gap, ...x, gap, ...x],
    y: [...lines[0], Number.NaN, ...lines[1], Number.NaN, ...lines[2]],
  };
}

/** Regret over the rounds, of the studies that show most. */
function curvesOf(measured: Measured): Series[] {
  const { study, arms, results } = measured;
  const shown = /^(convex, noise (0|1)$|strongly convex, noise 1|exp-concave, noise 0.3|4 sw|64 sw)/;
  const stream = /, blocks of a class$/.test(study.name);
  if (!shown.test(study.name) && !stream) return [];
  const moving = /switches$/.test(study.name);
  return arms.flatMap(({ id }, i): Series[] => {
    const tuned = i >= study.arms.length;
    // The variants of nu and, but for drift, the tuned ones are in the table.
    if (/^oftrl-/.test(id) || (tuned && !moving && !stream)) return [];
    const axes = { xLabel: `round (${study.name})`, yLabel: moving ? "dynamic regret" : "regret" };
    const curves = results.map((r) => (moving ? r.arms[i].dynamic : r.arms[i].regret));
    const name = `${armOf(id).label}${tuned ? ", tuned" : ""}`;
    return [{ name, ...axes, ...withBand(results[0].marks, curves) }];
  });
}

/** Regret by noise and dynamic regret by the length of the path, on logarithmic axes. */
function rateCurves(all: readonly Measured[]): Series[] {
  const noisy = all.filter(({ study }) => /^convex, noise [^0]|^convex, noise 0\./.test(study.name));
  const moving = all.filter(({ study }) => /^[1-9]\d* switches$/.test(study.name));
  const log = (values: readonly number[]) => Math.log10(mean(values));
  return ["oomd", "ogd", "oftrl", "ensemble"].flatMap((id): Series[] => [
    {
      name: armOf(id).label,
      xLabel: "log10 sqrt(sigma^2 summed over the rounds)",
      yLabel: "log10 regret",
      x: noisy.map(({ results }) => log(results.map(({ sea }) => Math.sqrt(sea.sigma2)))),
      y: noisy.map((m) => log(of(m, id).map(({ regret }) => regret.at(-1)!))),
    },
    {
      name: armOf(id).label,
      xLabel: "log10 length of the path",
      yLabel: "log10 dynamic regret",
      x: moving.map(({ results }) => log(results.map(({ sea }) => sea.path))),
      y: moving.map((m) => log(of(m, id).map(({ dynamic }) => dynamic.at(-1)!))),
    },
  ]);
}
