import { derive, disposeTree } from "minimand/engine";
import type { TrialHost } from "../../reproduction.ts";
import { type Canvases, canvasesOf } from "./canvases.ts";
import { type Fixed, fixedOf } from "./front-ends.ts";
import { lightRate, regimes, type Sizes } from "./settings.ts";
import { type Trained, trainTask } from "./train-task.ts";

/** What trials of a seed share. */
export interface Draw {
  regime: keyof typeof regimes;
  seed: number;
  /** Canvases that tuning judges by are of other pictures than those that measured runs train on or are judged by. */
  judge: "test" | "tune";
  sizes: Sizes;
}

/** The last few of what trials of a seed share, made once a thread. */
function remembered<T>(most: number, dispose: (value: T) => void = () => {}) {
  const made = new Map<string, Promise<T>>();
  return (key: object, make: () => Promise<T>): Promise<T> => {
    const name = JSON.stringify(key);
    const found = made.get(name);
    if (found !== undefined) return found;
    const value = make();
    made.set(name, value);
    for (const [old, gone] of [...made].slice(0, Math.max(0, made.size - most))) {
      made.delete(old);
      void gone.then(dispose, () => {});
    }
    value.catch(() => made.delete(name));
    return value;
  };
}

const drawn = remembered<Canvases>(6);

/** Canvases to train on. */
export function trainingOf({ regime, seed, sizes }: Draw, host: TrialHost): Promise<Canvases> {
  const key = { pool: "train", seed: derive(seed, 1), count: sizes.train, regime } as const;
  return drawn(key, () => canvasesOf(host, { ...key, regime: regimes[regime] }));
}

/** Canvases to judge by, other ones for each seed. */
export function judgedOf({ regime, seed, judge, sizes }: Draw, host: TrialHost): Promise<Canvases> {
  const key = { pool: judge, seed: derive(seed, 2), count: sizes.judged, regime } as const;
  return drawn(key, () => canvasesOf(host, { ...key, regime: regimes[regime] }));
}

const fronts = remembered<Fixed>(2, (front) => front.dispose?.());

/** The front end of an arm that isn't trained with the head. */
export async function frontOf(arm: string, draw: Draw, train: Canvases, host: TrialHost): Promise<Fixed> {
  const { regime, seed, sizes } = draw;
  const make = () => fixedOf(arm, train, { seed, steps: sizes.curveSteps, host });
  return arm === "zero-dce" ? fronts({ regime, seed, sizes, count: train.count }, make) : make();
}

/** Dark canvases to adapt to. */
export function adaptingOf({ regime, seed, sizes }: Draw, host: TrialHost): Promise<Canvases> {
  const key = { pool: "train", seed: derive(seed, 7), count: sizes.dark, regime } as const;
  return drawn(key, () => canvasesOf(host, { ...key, regime: regimes[regime] }));
}

/** The same canvases in the light. */
const lit = (canvases: Canvases): Canvases => ({ ...canvases, dark: canvases.clean });

const heads = remembered<Trained>(2, ({ variables }) => {
  if (variables !== null) disposeTree([variables.params, variables.modelState]);
});

/** A head that was trained in the light, judged there; still the store's. */
export function headOf(draw: Draw, standardised: boolean, host: TrialHost): Promise<Trained> {
  const { seed, sizes, regime, judge } = draw;
  return heads({ seed, sizes, regime, judge, standardised }, async () => {
    const [train, judged] = [lit(await trainingOf(draw, host)), lit(await judgedOf(draw, host))];
    const front = await fixedOf(standardised ? "standardise" : "none", train, { seed, steps: 0, host });
    const { steps } = sizes;
    return trainTask(
      { task: "segmentation", arm: "none", front, train, judged, seed, steps, learningRate: lightRate },
      host,
    );
  });
}
