import { minibatches } from "minimand";
import { derive } from "minimand/engine";
import type { NeuralCollapse } from "minimand/metrics";
import { accuracyOn } from "../../kit/accuracy.ts";
import { part } from "../../kit/part.ts";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import type { Draw } from "../../kit/rows.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf, type Configuration } from "./arms.ts";
import { conflictTrial } from "./conflict-study.ts";
import { chunk, type Material, regimes, schedule } from "./settings.ts";
import {
  averageCompared,
  type Compared,
  collapseOf,
  compare,
  comparedAt,
  comparedBatches,
  programsFor,
} from "./student.ts";
import { taughtBy } from "./teacher.ts";

/** One student trained in one way. */
export interface ArmSpec extends Draw {
  part: "arm";
  material: Material;
  arm: string;
  configuration: Configuration;
}

/** The scores of one student. */
export interface ArmResult {
  part: "arm";
  /** Test accuracy; 0 where training diverged. */
  accuracy: number;
  trainAccuracy: number;
  teacherAccuracy: number;
  /** Mean cosines over some epochs of the second half of training. */
  compared: Compared;
  /** Share of steps whose gradients were opposed; null without alignment. */
  conflicts: number | null;
  collapse: NeuralCollapse | null;
}

/** Trains and judges one student; the same spec gives the same result, and equal seeds share rows, teacher, start and batches. */
export async function armTrial(spec: ArmSpec, host: TrialHost): Promise<ArmResult> {
  const arm = armOf(spec.arm);
  const taught = await taughtBy(spec, host);
  const { logits, teacherAccuracy } = taught;
  const { student } = regimes[spec.material];
  const programs = programsFor(arm, taught.student, student.hidden, host.compile);
  const { step } = programs;
  const { alpha, learningRate } = spec.configuration;
  const epochs = part(student.epochs, spec.fraction, 6);
  const batches = minibatches(taught.student, { size: student.batch, seed: derive(spec.seed, 4) });
  const hyper = { learningRate, gamma: arm.gamma, alpha };
  const measured = spec.judge === "test";
  const found: Compared[] = [];
  let opposed = 0;
  const onStep = ({ metrics }: { metrics: { [name: string]: number } }): void => {
    opposed += metrics.conflict / (epochs * batches.perEpoch);
  };
  const state = await trainOrNull({
    step,
    state: step.init(keyFor(spec.seed, 5), { hyper, memory: { teacher: logits } }),
    batches,
    epochs,
    schedule,
    signal: host.signal,
    onStep: measured && arm.alignment ? onStep : undefined,
    async after(now, epoch) {
      if (!measured || arm.gamma === 0 || alpha === 0 || !comparedAt(epoch, epochs)) return;
      const which = { epoch, seed: derive(spec.seed, 6), size: student.batch, batches: comparedBatches };
      found.push(await compare(programs, now, taught.student, logits, which));
    },
  });
  if (state === null) {
    const nothing = { compared: averageCompared([]), conflicts: null, collapse: null };
    return { part: "arm", accuracy: 0, trainAccuracy: 0, teacherAccuracy, ...nothing };
  }
  const result: ArmResult = {
    part: "arm",
    accuracy: await accuracyOn(programs, state, taught.judged, chunk),
    trainAccuracy: measured ? await accuracyOn(programs, state, taught.student, chunk) : 0,
    teacherAccuracy,
    compared: averageCompared(found),
    conflicts: measured && arm.alignment ? opposed : null,
    collapse: measured ? await collapseOf(programs, state, taught.student) : null,
  };
  discard(state);
  return result;
}

/** Runs one trial of either part. */
export const trial = trialOf({ arm: armTrial, conflict: conflictTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a finished trial in the progress. */
export function describe(spec: Spec, result: Result): string {
  const found = result.part === "arm" ? result.accuracy : result.fitted.accuracy;
  return `${spec.part === "arm" ? spec.arm : "conflict study"}, seed ${spec.seed}: ${found.toFixed(3)}`;
}
