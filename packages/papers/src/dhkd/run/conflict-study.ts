import { minibatches, type SupervisedState } from "minimand";
import { derive, disposeTree, refTree, type Tree } from "minimand/engine";
import { binaryKl } from "minimand/losses";
import { accuracyOf, logitsOf } from "../../kit/accuracy.ts";
import { part } from "../../kit/part.ts";
import type { Labelled } from "../../kit/rows.ts";
import { mean } from "../../kit/statistics.ts";
import { discard, keyFor, type Training, trainNetwork } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { firstRows } from "./data.ts";
import { chunk, conflict, type Material, regimes } from "./settings.ts";
import {
  averageCompared,
  type Compared,
  compare,
  comparedAt,
  comparedBatches,
  type Programs,
  programsFor,
} from "./student.ts";
import { taughtBy } from "./teacher.ts";

/** A student that fits its rows goes on with a teacher whose logits are scaled down: our construction, not the paper's. */
export interface ConflictSpec {
  part: "conflict";
  material: Material;
  seed: number;
  fraction: number;
}

/** The student after one continuation. */
export interface Continued {
  heads: "one" | "two" | "cross-entropy alone";
  /** Null where there is no teacher. */
  kappa: number | null;
  accuracy: number;
  trainAccuracy: number;
  /** Mean absolute logit of the main head on the training rows. */
  logitSize: number;
  /** Cosines before the first step of the continuation, and in its second half. */
  atStart: Compared;
  late: Compared;
}

export interface ConflictResult {
  part: "conflict";
  /** The student that the continuations start from. */
  fitted: { accuracy: number; trainAccuracy: number; logitSize: number };
  continued: Continued[];
}

/** Fits one student with cross-entropy, then continues it in each way from the same parameters. */
export async function conflictTrial(spec: ConflictSpec, host: TrialHost): Promise<ConflictResult> {
  const taught = await taughtBy({ ...spec, judge: "test" }, host);
  const { judged } = taught;
  const { student, conflict: sizes } = regimes[spec.material];
  const rows = firstRows(taught.student, part(sizes.rows, spec.fraction, 200));
  const given = taught.logits.slice(0, rows.y.length * rows.classes);
  const [one, two] = (["one", "two"] as const).map((heads) =>
    programsFor(headsOf(heads), rows, sizes.hidden, host.compile),
  );
  const epochs = part(sizes.epochs, spec.fraction, 4);
  const { learningRate, alpha } = conflict;

  const train = (
    { step }: Programs,
    state: SupervisedState,
    epochs: number,
    after?: Training<SupervisedState>["after"],
  ): Promise<SupervisedState> => {
    const batches = minibatches(rows, { size: student.batch, seed: derive(spec.seed, 7) });
    return trainNetwork({ step, state, batches, epochs, after, signal: host.signal });
  };
  const judge = async (network: Programs, state: SupervisedState) => {
    const of = (part: Labelled) => logitsOf(network, state, part, chunk);
    const own = await of(rows);
    return {
      accuracy: accuracyOf(await of(judged), judged.y),
      trainAccuracy: accuracyOf(own, rows.y),
      logitSize: mean(Array.from(own, Math.abs)),
    };
  };
  const key = () => keyFor(spec.seed, 8);
  const hyperOf = (weight: number) => ({ learningRate, gamma: 1, alpha: weight });

  let fitted = one.step.init(key(), { hyper: hyperOf(0), memory: { teacher: given } });
  fitted = await train(one, fitted, part(sizes.fitEpochs, spec.fraction, 30));
  const from = (fitted.params as { student: Tree }).student;

  const continueWith = async (heads: Continued["heads"], kappa: number | null): Promise<Continued> => {
    const own = heads === "two" ? two : one;
    const scaled = given.map((v) => v * (kappa ?? 1));
    const hyper = hyperOf(kappa === null ? 0 : alpha);
    const made = own.step.init(key(), { hyper, memory: { teacher: scaled } });
    const parts = made.params as { student: Tree; auxiliary: Tree };
    disposeTree(parts.student);
    const start = { ...made, params: { ...parts, student: refTree(from) } };
    const which = { seed: derive(spec.seed, 9), size: student.batch, batches: comparedBatches };
    const at = async (state: SupervisedState, epoch: number): Promise<Compared> =>
      kappa === null ? averageCompared([]) : compare(own, state, rows, scaled, { ...which, epoch });
    const atStart = await at(start, 0);
    const late: Compared[] = [];
    const state = await train(own, start, epochs, async (now, epoch) => {
      if (comparedAt(epoch, epochs)) late.push(await at(now, epoch));
    });
    const found = { heads, kappa, ...(await judge(own, state)), atStart, late: averageCompared(late) };
    discard(state);
    return found;
  };

  const result: ConflictResult = { part: "conflict", fitted: await judge(one, fitted), continued: [] };
  result.continued.push(await continueWith("cross-entropy alone", null));
  for (const kappa of conflict.kappas)
    for (const heads of ["one", "two"] as const) result.continued.push(await continueWith(heads, kappa));
  discard(fitted);
  return result;
}

function headsOf(heads: "one" | "two"): Parameters<typeof programsFor>[0] {
  return {
    id: `conflict, ${heads}`,
    distillation: (s, t, _, { weights }) => binaryKl(s, t, { weights }),
    auxiliary: heads === "one" ? null : "linear",
    alignment: false,
  };
}
