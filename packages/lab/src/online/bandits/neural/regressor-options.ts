import type { OptionNames } from "minimand/engine";
import { checkChoice, checkNumber, rangeError } from "minimand/engine";
import { checkStepSize, type DescentOptions, type StepSize } from "./descent.ts";
import type { NetworkOptions } from "./network.ts";
import type { ReplayOptions } from "./replay-memory.ts";

/** The random linear perturbation of the network's output. */
export interface PerturbationOptions {
  /**
   * `signs`: S sign vectors, drawn once; `expected`: their mean, an anchor to the parameters at the start (for the
   * logarithmic loss an upper bound of it, ours); `none`. Default `expected`.
   */
  mode: "signs" | "expected" | "none";
  /** c_p >= 0, default 0.01; the perturbation is scaled by `c_p / m^(1/4)`. */
  cp?: number;
  /** S, 1 to 100,000; default `ceil(ln m)`. */
  samples?: number;
}

/** Options of `onlineRegressor`. */
export interface RegressorOptions extends NetworkOptions {
  /** `square`: `(y - s)^2 / 2`, predictions are s; `kl`: `KL(y || sigmoid(s))`, predictions are `sigmoid(s)` and y is in [0, 1]. */
  loss: "square" | "kl";
  /** Default 0.5 for `square`, 2 for `kl`: contexts have norm 1. */
  learningRate?: StepSize;
  /** Default plain gradient descent. */
  optimizer?: DescentOptions;
  /** Default `{ mode: "expected", cp: 0.01 }`. */
  perturbation?: PerturbationOptions;
  /** Radius of the ball around the parameters at the start, a number for all layers or one each; default none. */
  radius?: number | readonly number[];
  /** An update learns from the new example and `batch - 1` of the last `capacity`; default 4096 and 16. */
  replay?: ReplayOptions;
  /** Of initialisation, signs and replay; default 0. */
  seed?: number;
  /** Called with a message on a learning rate that the perturbation makes diverge; default `console.warn`. */
  warn?: (message: string) => void;
}

type OfBandit = Omit<RegressorOptions, "loss" | "slots" | "seed">;

const ofBandit: OptionNames<OfBandit> = {
  dim: true,
  hidden: true,
  activation: true,
  scaled: true,
  learningRate: true,
  optimizer: true,
  perturbation: true,
  radius: true,
  replay: true,
  warn: true,
};

/** Returns those options of a bandit that are its regressor's. */
export function regressorPart(options: OfBandit): OfBandit {
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(ofBandit, name));
  return Object.fromEntries(own) as never;
}

/** Options, checked, with defaults put in. */
export interface RegressorSettings {
  loss: "square" | "kl";
  learningRate: StepSize;
  optimizer: DescentOptions;
  perturbation: { mode: "signs" | "expected" | "none"; cp: number; samples: number | undefined };
  replay: ReplayOptions;
  seed: number;
}

/** @throws TypeError, RangeError for options outside of their ranges */
export function regressorSettings(options: RegressorOptions): RegressorSettings {
  const { loss, optimizer = { kind: "sgd" }, seed = 0 } = options;
  const { learningRate = loss === "kl" ? 2 : 0.5, replay = { capacity: 4096, batch: 16 } } = options;
  const { mode, cp = 0.01, samples } = options.perturbation ?? { mode: "expected" };
  checkChoice("loss", loss, ["square", "kl"]);
  checkChoice("perturbation.mode", mode, ["signs", "expected", "none"]);
  checkStepSize("learningRate", learningRate);
  checkNumber("seed", seed, { integer: true });
  return { loss, optimizer, learningRate, replay, perturbation: { mode, cp, samples }, seed };
}

/** Returns a radius for each layer, or null for no ball. */
export function radiiOf(radius: RegressorOptions["radius"], layers: number): readonly number[] | null {
  if (radius === undefined) return null;
  const radii = typeof radius === "number" ? new Array<number>(layers).fill(radius) : radius;
  if (radii.length !== layers)
    throw rangeError("radius", `a number or one for each of ${layers} layers`, radius);
  for (const [l, r] of radii.entries())
    if (!(r > 0)) throw rangeError(typeof radius === "number" ? "radius" : `radius[${l}]`, "a number > 0", r);
  return radii;
}
