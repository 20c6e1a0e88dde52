import type { Scale } from "../../reproduction.ts";

/** A task of the comparison. */
export interface Task {
  id: string;
  label: string;
  /** At the default scale, and with --full; none where a scale hasn't the task. */
  rounds: Partial<Record<Exclude<Scale, "quick">, number>>;
  seeds: number;
  /** Whether the rule counts it. */
  counted: boolean;
  /** Whose choices of tuning it has. */
  chosenOn: string;
}

const task = (
  id: string,
  label: string,
  seeds: number,
  rounds: Task["rounds"],
  also: Partial<Task> = {},
): Task => {
  return { id, label, seeds, rounds, counted: false, chosenOn: id, ...also };
};
const counted = { counted: true };

/** Passes over the rows count as rounds; images of MNIST and Fashion-MNIST are those that tuning doesn't draw from. */
export const tasks: readonly Task[] = [
  task("digits", "digits", 10, { default: 1797, full: 5391 }, counted),
  task("mnist", "MNIST", 5, { default: 3000, full: 6000 }, counted),
  task("letter", "letters", 5, { full: 10_000 }, { ...counted, chosenOn: "digits" }),
  task("fashion", "Fashion-MNIST", 5, { full: 4000 }, { chosenOn: "mnist" }),
  task("wdbc", "breast cancer", 5, { default: 569, full: 569 }),
  task("wine", "wine, 3 passes", 5, { default: 534, full: 534 }),
];

/** A share of the rounds, and hidden layers of the networks; the quick scale has the counted tasks of the default one. */
export const scales: Record<Scale, { fraction: number; seeds: number; hidden: readonly number[] }> = {
  quick: { fraction: 0.06, seeds: 0.2, hidden: [100] },
  default: { fraction: 1, seeds: 1, hidden: [100] },
  full: { fraction: 1, seeds: 1, hidden: [100, 100] },
};

/** The tasks of a scale with their rounds. */
export const tasksAt = (scale: Scale): (Task & { length: number })[] =>
  tasks.flatMap((own) => {
    const length = own.rounds[scale === "quick" ? "default" : scale];
    if (length === undefined || (scale === "quick" && !own.counted)) return [];
    return [{ ...own, length: Math.max(60, Math.round(length * scales[scale].fraction)) }];
  });

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];

/** A minibatch of the new example and replayed ones each round. */
export const replay = { capacity: 10_000, batch: 16 };

/** c_p of the perturbation, and S = ceil(ln 100) sign vectors. */
export const perturbation = { cp: 0.01, samples: 5 };

/** Factors of all costs in the study of small costs; 1 is the comparison itself. */
export const costFactors = [1, 0.3, 0.1];

/** How the regression alone learns: perturbed, with steps that fall as 1 / t, or plain, as 1 / sqrt(t). */
export const learners = ["perturbed", "plain"] as const;

/** The study of the regression alone. */
export const growth = {
  dim: 10,
  hidden: [50],
  /** Prefixes whose regret is measured. */
  horizons: [250, 500, 1000, 2000, 4000],
  cp: 0.5,
  seeds: 5,
  /** Step sizes fall from `initial`, over `delay` examples at first. */
  axes: {
    initial: [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    delay: [0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000],
  },
  start: { initial: 0.1, delay: 10 },
};

/** Points of a regret curve. */
export const curvePoints = 40;
