import {
  type Dataset,
  finalistsOf,
  type Part,
  type PreparedFold,
  type SeedOutcome,
  type TrainingParts,
} from "@minimand/compare";
import { derive } from "minimand/engine";
import { type Choice, judgeChoice } from "./choice.ts";
import { type Drawn, streams } from "./draw.ts";
import { cutOf, type Judged, judge, outcomeOf, type Rival, signOf } from "./judge.ts";
import { plan, type Setting } from "./settings.ts";
import { baselineOf, type Fit, type Job, lossesOf, type Trainer } from "./trainer.ts";

/** Decisions of one replication, by metric. */
export interface Outcome {
  replication: number;
  table: string;
  fits: number;
  seconds: number;
  judged: Record<string, Judged[]>;
  /** With `judged: "choice"`: what validation chooses, by metric. */
  choice?: Record<string, Choice>;
  /** With groups: the decisions if every row stood for itself. */
  ungrouped?: Record<string, Judged[]>;
}

const baseline = "baseline";

/** Runs the plan of a comparison on one data set, and decides by each metric of the setting. */
export async function replicate(
  drawn: Drawn,
  setting: Setting,
  trainer: Trainer,
  root: number,
  limits: { count: number },
): Promise<Pick<Outcome, "fits" | "judged" | "choice" | "ungrouped">> {
  const { dataset } = drawn;
  const names = namesOf(setting, dataset).slice(0, limits.count);
  const cuts = new Map<number, PreparedFold[]>();
  const cutFor = (seed: number): PreparedFold[] => {
    const known = cuts.get(seed) ?? cutOf(drawn, seed);
    cuts.set(seed, known);
    return known;
  };
  const jobsOf = (name: string, seed: number): Job[] =>
    cutFor(seed).map((fold, f) => {
      const isLoss = setting.candidates === "losses" && name !== baseline;
      const isPlanted = typeof setting.labels === "object" && name === names[0];
      // Losses have the start and the batches of the baseline, disguised candidates their own.
      const number = isLoss ? 0 : 1 + names.indexOf(name);
      return {
        loss: isLoss ? name : baselineOf(dataset.task),
        fold: isPlanted ? withBetterLabels(fold) : fold,
        key: derive(root, streams.training, number, seed, f),
      };
    });

  /** By candidate and seed; null where a fold diverged. */
  const trained = new Map<string, (Fit[] | null)[]>([baseline, ...names].map((name) => [name, []]));
  const fitsOf = (name: string, seed: number): Fit[] | null => trained.get(name)?.[seed] ?? null;
  let fits = 0;
  const train = async (tasks: readonly { name: string; seed: number }[]): Promise<void> => {
    const made = await trainer(
      tasks.flatMap(({ name, seed }) => jobsOf(name, seed)),
      dataset,
    );
    fits += made.length;
    const folds = made.length / tasks.length;
    for (const [t, { name, seed }] of tasks.entries()) {
      const own = made.slice(t * folds, (t + 1) * folds);
      trained.get(name)![seed] = own.every((fit) => fit !== null) ? own : null;
    }
  };
  const outcomes = new Map<string, SeedOutcome | null>();
  const outcome = (metric: string, name: string, seed: number): SeedOutcome | null => {
    const key = `${metric} ${name} ${seed}`;
    const own = fitsOf(name, seed);
    if (!outcomes.has(key))
      outcomes.set(key, own === null ? null : outcomeOf(metric, own, cutFor(seed), dataset.classes.length));
    return outcomes.get(key)!;
  };

  await train([baseline, ...names].map((name) => ({ name, seed: 0 })));
  if (setting.judged === "choice") {
    const all = [baseline, ...names].map((id) => ({ id, fits: fitsOf(id, 0) }));
    const choice = setting.metrics.map((metric) => {
      const outcomes = (fits: readonly Fit[]) => outcomeOf(metric, fits, cutFor(0), dataset.classes.length);
      return [metric, judgeChoice(metric, all, outcomes)] as const;
    });
    return { fits, judged: {}, choice: Object.fromEntries(choice) };
  }
  const finalists = new Map(
    setting.metrics.map((metric) => {
      const look = (name: string): { outer: number; inner: number } => ({
        outer: signOf(metric) * (outcome(metric, name, 0)?.influence.value ?? Number.NaN),
        inner: meanInner(metric, fitsOf(name, 0)),
      });
      const base = look(baseline);
      const looks = names.map((id) => {
        const { outer, inner } = look(id);
        return { id, outer: outer - base.outer, inner: inner - base.inner };
      });
      return [metric, new Set(finalistsOf(looks, plan.finalists))];
    }),
  );
  const pursued = new Set([...finalists.values()].flatMap((own) => [...own]));
  const later = Array.from({ length: plan.seeds - 1 }, (_, i) => i + 1);
  await train(later.flatMap((seed) => [baseline, ...pursued].map((name) => ({ name, seed }))));

  const judgeAll = (groups: Int32Array | null): Record<string, Judged[]> =>
    Object.fromEntries(
      setting.metrics.map((metric) => {
        const outcomesOf = (name: string, seeds: readonly number[]): Rival["outcomes"] =>
          new Map(
            seeds.flatMap((seed) => {
              const found = outcome(metric, name, seed);
              return found === null ? [] : [[seed, found] as const];
            }),
          );
        const rivals = names.map((id): Rival => {
          const finalist = finalists.get(metric)!.has(id);
          return { id, finalist, outcomes: outcomesOf(id, finalist ? [0, ...later] : [0]) };
        });
        return [metric, judge(metric, rivals, outcomesOf(baseline, [0, ...later]), groups)];
      }),
    );
  return {
    fits,
    judged: judgeAll(dataset.groups),
    ...(dataset.groups !== null && { ungrouped: judgeAll(null) }),
  };
}

const namesOf = ({ candidates, count }: Setting, { task }: Dataset): string[] =>
  candidates === "losses" ? lossesOf(task) : Array.from({ length: count }, (_, j) => `candidate ${j}`);

/** A fold that learns from the labels that a teacher has mended, on both inner parts of each member. */
function withBetterLabels(fold: PreparedFold): PreparedFold {
  return {
    ...fold,
    ...mendedParts(fold),
    others: fold.others.map((make) => () => {
      const parts = make();
      return { ...parts, ...mendedParts(parts) };
    }),
  };
}

function mendedParts({ fit, validation }: TrainingParts): Pick<TrainingParts, "fit" | "validation"> {
  const mended = (part: Part): Part => ({
    ...part,
    labels: part.labels.map((_, i) => part.teacher![2 * i + 1]),
  });
  return { fit: mended(fit), validation: mended(validation) };
}

/** Mean over folds of a metric on the inner validation parts; larger is better, NaN where one diverged. */
function meanInner(metric: string, fits: readonly Fit[] | null): number {
  if (fits === null) return Number.NaN;
  return (signOf(metric) * fits.reduce((sum, { inner }) => sum + inner[metric], 0)) / fits.length;
}
