import { random } from "@jax-js/jax";
import { fit, minibatches, type NeuralCollapse, NonFiniteError, type SupervisedState } from "minimand";
import { derive, disposeTree } from "minimand/engine";
import type { TrialHost } from "../reproduction.ts";
import { armOf, type Configuration } from "./arms.ts";
import { accuracyOf, logitsOf } from "./forward.ts";
import { decayed, part, student } from "./settings.ts";
import { averageCosines, type Cosines, collapseOf, meanCosines, programsFor } from "./student.ts";
import { taughtBy } from "./teacher.ts";

/** One student trained in one way. */
export interface ArmSpec {
  part: "arm";
  arm: string;
  configuration: Configuration;
  seed: number;
  /** `tune`: judged on rows set apart for tuning. */
  judge: "test" | "tune";
  fraction: number;
}

/** What one student came to. */
export interface ArmResult {
  part: "arm";
  /** 0 where training diverged. */
  accuracy: number;
  trainAccuracy: number;
  teacherAccuracy: number;
  /** Means over the second half of training. */
  cosines: Cosines;
  /** Share of steps whose gradients were opposed; null without alignment. */
  conflicts: number | null;
  collapse: NeuralCollapse | null;
}

/** Batches an epoch of which gradients are compared. */
const comparedBatches = 4;

/** Trains and judges one student; the same spec gives the same result, and equal seeds share rows, teacher, start and batches. */
export async function armTrial(spec: ArmSpec, host: TrialHost): Promise<ArmResult> {
  const arm = armOf(spec.arm);
  const taught = await taughtBy(spec, host);
  const { inputs, classes, logits, teacherAccuracy } = taught;
  const programs = programsFor(arm, { inputs, classes, hidden: student.hidden }, host.compile);
  const { step, predict } = programs;
  const { learningRate, alpha } = spec.configuration;
  const epochs = part(student.epochs, spec.fraction, 6);
  const batches = minibatches(taught.student, { size: student.batch, seed: derive(spec.seed, 4) });
  const hyper = { learningRate, gamma: arm.gamma, alpha };
  let state = step.init(random.key(derive(spec.seed, 5) | 0), { hyper, memory: { teacher: logits } });
  const measured = spec.judge === "test";
  const found: Cosines[] = [];
  let opposed = 0;
  const onStep = ({ metrics }: { metrics: { [name: string]: number } }): void => {
    opposed += metrics.conflict / (epochs * batches.perEpoch);
  };
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      state = { ...state, hyper: { ...hyper, learningRate: decayed(learningRate, epoch, epochs) } };
      const counted = measured && arm.alignment ? { onStep } : {};
      state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal, ...counted });
      if (measured && arm.gamma > 0 && alpha > 0 && epoch >= epochs / 2) {
        const which = { epoch, seed: derive(spec.seed, 6), batches: comparedBatches };
        found.push(await meanCosines(programs, state, taught.student, logits, which));
      }
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const nothing = { cosines: { backbone: null, head: null }, conflicts: null, collapse: null };
    return { part: "arm", accuracy: 0, trainAccuracy: 0, teacherAccuracy, ...nothing };
  }
  const accuracyOn = async (rows: typeof taught.judged): Promise<number> =>
    accuracyOf(await logitsOf(predict, step.params(state), step.modelState(state), rows, classes), rows.y);
  const result: ArmResult = {
    part: "arm",
    accuracy: await accuracyOn(taught.judged),
    trainAccuracy: measured ? await accuracyOn(taught.student) : 0,
    teacherAccuracy,
    cosines: averageCosines(found),
    conflicts: measured && arm.alignment ? opposed : null,
    collapse: measured ? await collapseOf(programs, state, taught.student) : null,
  };
  discard(state);
  return result;
}

/** Gives up what a state owns. */
export function discard({ params, optimizer, modelState }: SupervisedState): void {
  disposeTree([params, optimizer, modelState]);
}
