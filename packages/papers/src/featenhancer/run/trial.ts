import { numpy as np } from "@jax-js/jax";
import { disposeTree, refTree, type Tree } from "minimand/engine";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { round } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import type { Canvases } from "./canvases.ts";
import { enhancerOf, type Fixed } from "./front-ends.ts";
import { adaptingOf, type Draw, frontOf, headOf, judgedOf, trainingOf } from "./material.ts";
import { longer, scene, shown } from "./settings.ts";
import { pixelClasses, type TaskName } from "./tasks.ts";
import { type Mark, networkFor, outputsOn, type Trained, trainTask, type Variables } from "./train-task.ts";

/** A head and its front end, trained together on dark canvases. */
export interface ScratchSpec extends Draw {
  part: "scratch";
  task: TaskName;
  arm: string;
  learningRate: number;
}

/** A segmenter that was trained in the light, trained further on few dark canvases with something before it. */
export interface AdaptedSpec extends Draw {
  part: "adapted";
  arm: string;
  learningRate: number;
}

/** Pictures of the first canvases that a seed is judged by: row-major grey levels, and classes. */
export interface Shown {
  clean: number[];
  dark: number[];
  truth: number[];
  /** The head's input, and its prediction. */
  seen: number[];
  said: number[];
}

export interface TrainedResult {
  curve: Mark[];
  score: number;
  /** Whether the score is at most 2 points above that of an empty prediction, or a number wasn't finite. */
  collapsed: boolean;
  /** Median time of a step; not the same from run to run. */
  milliseconds: number;
  /** Of the first seed of measured segmentations. */
  shown: Shown | null;
}

export type ScratchResult = TrainedResult & { part: "scratch" };
/** Also has what the head scored in the light. */
export type AdaptedResult = TrainedResult & { part: "adapted"; light: number };

async function scratchTrial(spec: ScratchSpec, host: TrialHost): Promise<ScratchResult> {
  const { arm, seed, learningRate, task, sizes } = spec;
  const [train, judged] = [await trainingOf(spec, host), await judgedOf(spec, host)];
  const front = await frontOf(arm, spec, train, host);
  const steps = sizes.steps * (armOf(arm).longer ? longer : 1);
  const trained = await trainTask({ task, arm, front, train, judged, seed, learningRate, steps }, host);
  const pictures = task === "segmentation" && spec.regime === "wide";
  return { part: "scratch", ...(await resultOf(trained, spec, { front, judged, pictures }, host)) };
}

async function adaptedTrial(spec: AdaptedSpec, host: TrialHost): Promise<AdaptedResult> {
  const { arm, seed, learningRate, sizes } = spec;
  const [train, judged] = [await adaptingOf(spec, host), await judgedOf(spec, host)];
  const light = await headOf(spec, arm === "standardise", host);
  const front = await frontOf(arm, spec, train, host);
  // One that diverged in the light is worth no more than a fresh one.
  const head = light.variables?.params;
  const trained = await trainTask(
    { task: "segmentation", arm, front, train, judged, seed, learningRate, steps: sizes.adapting, head },
    host,
  );
  const result = await resultOf(trained, spec, { front, judged, pictures: false }, host);
  return { part: "adapted", light: light.score, ...result };
}

/** What is kept of a trained network, which is given up. */
async function resultOf(
  { variables, ...kept }: Trained,
  { arm, seed, judge }: ScratchSpec | AdaptedSpec,
  { front, judged, pictures }: { front: Fixed; judged: Canvases; pictures: boolean },
  host: TrialHost,
): Promise<TrainedResult> {
  if (variables === null) return { ...kept, shown: null };
  const isShown = pictures && seed === 0 && judge === "test";
  const some = isShown ? await shownOf(arm, variables, front, judged, host) : null;
  disposeTree([variables.params, variables.modelState]);
  return { ...kept, shown: some };
}

async function shownOf(
  arm: string,
  variables: Variables,
  front: Fixed,
  judged: Canvases,
  host: TrialHost,
): Promise<Shown> {
  const { side } = scene;
  const count = Math.min(shown, judged.count);
  const pixels = count * side * side;
  const seen = front(judged).slice(0, pixels);
  const said = pixelClasses(
    await outputsOn(networkFor({ task: "segmentation", arm }, host), variables, seen),
  );
  const enhancer = enhancerOf(arm);
  const enhanced = (): ArrayLike<number> => {
    if (enhancer === null) return seen;
    const params = refTree((variables.params as { enhancer: Tree }).enhancer);
    const x = np.array(seen, { shape: [count, side, side, 1] });
    return enhancer.apply({ params, state: {} }, x, { training: false })[0].dataSync();
  };
  const levels = (values: ArrayLike<number>): number[] =>
    Array.from({ length: pixels }, (_, i) => round(values[i], 3));
  return {
    clean: levels(judged.clean),
    dark: levels(judged.dark),
    truth: [...judged.labels.slice(0, pixels)],
    seen: levels(enhanced()),
    said: [...said],
  };
}

/** One trial of any part; the same spec gives the same result but for the time. */
export const trial = trialOf({ scratch: scratchTrial, adapted: adaptedTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, { score, collapsed }: Result): string {
  const what = spec.part === "adapted" ? "adapted" : `${spec.task}, ${spec.regime}`;
  const { label } = armOf(spec.arm);
  return `${what}, ${label}, seed ${spec.seed}: ${(100 * score).toFixed(1)} %${collapsed ? ", collapsed" : ""}`;
}
