import { checkChoice, checkNumber, rangeError } from "../../../engine/errors.ts";
import { derive } from "../../../engine/random.ts";
import { randomStream } from "../random-stream.ts";
import { checkStepSize, type DescentOptions, descent, type StepSize, stepSizeAt } from "./descent.ts";
import { type NetworkOptions, type OnlineNetwork, onlineNetwork, sigmoid } from "./network.ts";
import { largestStableRate, perturbationScale, projectBall } from "./perturbation.ts";
import { addSigns, drawSigns, type Signs, signProducts, signStep } from "./signs.ts";

/** The random linear perturbation of the network's output. */
export interface PerturbationOptions {
  /**
   * `signs`: S sign vectors, drawn once; `expected`: their mean, an anchor to the parameters at the start (for the
   * logarithmic loss an upper bound of it, ours); `none`. Default `expected`.
   */
  mode: "signs" | "expected" | "none";
  /** c_p >= 0, default 0.01; the perturbation is scaled by `c_p / m^(1/4)`. */
  cp?: number;
  /** S, default `ceil(ln m)`. */
  samples?: number;
}

/** Options of {@link onlineRegressor}. */
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
  replay?: { capacity: number; batch: number };
  /** Of initialisation, signs and replay; default 0. */
  seed?: number;
  /** Told of a learning rate that the perturbation makes diverge; default `console.warn`. */
  warn?: (message: string) => void;
}

/** A network that learns from one example after another. */
export interface OnlineRegressor {
  readonly network: OnlineNetwork;
  /** Updates so far. */
  readonly updates: number;
  /** The parameters, not a copy. */
  readonly parameters: Float64Array;
  /** f(x), without perturbation. */
  output(slot: number, x: Float64Array): number;
  /** The prediction of y: the mean over the perturbed outputs, through the sigmoid for `kl`. */
  predict(slot: number, x: Float64Array): number;
  /**
   * One step of projected gradient descent on the new example and replayed ones.
   *
   * @throws RangeError where the network's outputs are no longer finite; nothing is changed
   */
  learn(slot: number, x: Float64Array, y: number): void;
  /** Everything that continues it bit for bit; the arrays are its own. */
  state(): RegressorState;
  /** Takes over a state of the same shape. */
  resume(state: RegressorState): void;
}

/** State of a regressor. */
export interface RegressorState {
  updates: number;
  /** Examples in the replay memory, and where the next one goes. */
  filled: number;
  next: number;
  parameters: Float64Array;
  start: Float64Array;
  random: Uint32Array;
  replayX: Float64Array;
  replayY: Float64Array;
  replaySlot: Int32Array;
  memory: Record<string, Float64Array>;
}

/**
 * Online regression by a network: the predictor of the neural bandits, and of use alone.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Deb et al. 2023, arXiv 2312.07145, online gradient descent on the perturbed losses
 */
export function onlineRegressor(options: RegressorOptions): OnlineRegressor {
  const { loss, optimizer = { kind: "sgd" }, seed = 0, warn = console.warn } = options;
  const { learningRate = loss === "kl" ? 2 : 0.5, replay = { capacity: 4096, batch: 16 } } = options;
  const { mode, cp = 0.01, samples } = options.perturbation ?? { mode: "expected" };
  checkChoice("loss", loss, ["square", "kl"]);
  checkChoice("perturbation.mode", mode, ["signs", "expected", "none"]);
  checkStepSize("learningRate", learningRate);
  checkNumber("replay.batch", replay.batch, { min: 1, integer: true });
  checkNumber("replay.capacity", replay.capacity, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  const network = onlineNetwork(options);
  const { size, dim, layers, width } = network;
  const radii = radiiOf(options.radius, layers.length);
  const c = perturbationScale(mode === "none" ? 0 : cp, width);
  const signs: Signs | null =
    mode === "signs"
      ? drawSigns(samples ?? Math.max(1, Math.ceil(Math.log(width))), size, derive(seed, 2))
      : null;
  const rule = descent(optimizer, size);
  const plain = optimizer.kind === "sgd" && (optimizer.momentum ?? 0) === 0;
  if (c > 0 && optimizer.kind === "sgd") {
    // The logarithmic loss has at most a quarter of the curvature.
    const flatter = loss === "kl" ? 4 : 1;
    const limit = flatter * largestStableRate({ cp, width, size, samples: signs?.samples });
    const first = stepSizeAt(learningRate, 1);
    if (first >= limit)
      warn(
        `learningRate: expected below ${limit.toPrecision(3)}, where the perturbation (cp ${cp}) starts to diverge, got ${first}`,
      );
  }

  const parameters = network.init(derive(seed, 1));
  const start = parameters.slice();
  const random = randomStream(derive(seed, 3));
  const gradient = new Float64Array(size);
  const count = signs?.samples ?? 1;
  /** c eps_j^T (theta - theta0): 0 where there are no signs. */
  const offsets = new Float64Array(count);
  const errors = new Float64Array(count);
  const anchor = mode === "expected" ? (loss === "kl" ? c * c * 0.25 : c * c) : 0;
  const { capacity, batch } = replay;
  const replayX = new Float64Array(capacity * dim);
  const replayY = new Float64Array(capacity);
  const replaySlot = new Int32Array(capacity);
  const row = new Float64Array(dim);
  let [updates, filled, next] = [0, 0, 0];

  const link = loss === "kl" ? sigmoid : (s: number): number => s;

  /** Adds the gradient of one example of the batch; false where the output isn't finite. */
  function add(slot: number, x: Float64Array, y: number): boolean {
    const f = network.forward(parameters, slot, x);
    let total = 0;
    for (let j = 0; j < count; j++) {
      const error = link(f + offsets[j]) - y;
      errors[j] += error;
      total += error;
    }
    if (!Number.isFinite(f) || !Number.isFinite(total)) return false;
    network.backward(parameters, slot, x, total / (count * batch), gradient);
    return true;
  }

  /** One step against the gradient, which is 0 afterwards, and back into the ball. */
  function move(rate: number): void {
    const factor = c / (count * batch);
    if (signs !== null && signs.samples <= 8 && plain && radii === null) {
      const step = { theta: parameters, theta0: start, gradient, rate, weights: errors, factor };
      signStep(signs, step, c, offsets);
      return;
    }
    if (signs !== null) addSigns(signs, errors, factor, gradient);
    else if (anchor > 0) for (let i = 0; i < size; i++) gradient[i] += anchor * (parameters[i] - start[i]);
    rule.step(parameters, gradient, rate, updates);
    if (radii !== null) projectBall(parameters, start, layers, radii);
    if (signs !== null) signProducts(signs, parameters, start, c, offsets);
  }

  return {
    network,
    parameters,
    get updates() {
      return updates;
    },
    output: (slot, x) => network.forward(parameters, slot, x),
    predict(slot, x) {
      const f = network.forward(parameters, slot, x);
      let total = 0;
      for (let j = 0; j < count; j++) total += link(f + offsets[j]);
      return total / count;
    },
    learn(slot, x, y) {
      errors.fill(0);
      const held = random.state();
      let finite = add(slot, x, y);
      for (let i = 1; i < batch && finite; i++) {
        if (filled === 0) {
          finite = add(slot, x, y);
          continue;
        }
        const k = Math.floor(random.uniform() * filled);
        row.set(replayX.subarray(k * dim, (k + 1) * dim));
        finite = add(replaySlot[k], row, replayY[k]);
      }
      if (!finite) {
        random.resume(held);
        gradient.fill(0);
        throw rangeError(
          "learningRate",
          "one under which training stays finite; a lower rate may help",
          Number.NaN,
        );
      }
      updates++;
      move(stepSizeAt(learningRate, updates));
      replayX.set(x, next * dim);
      replayY[next] = y;
      replaySlot[next] = slot;
      next = (next + 1) % capacity;
      filled = Math.min(filled + 1, capacity);
    },
    state: () => ({
      updates,
      filled,
      next,
      parameters,
      start,
      random: random.state(),
      replayX: replayX.subarray(0, filled * dim),
      replayY: replayY.subarray(0, filled),
      replaySlot: replaySlot.subarray(0, filled),
      memory: rule.memory,
    }),
    resume(state) {
      ({ updates, filled, next } = state);
      parameters.set(state.parameters);
      start.set(state.start);
      random.resume(state.random);
      replayX.set(state.replayX);
      replayY.set(state.replayY);
      replaySlot.set(state.replaySlot);
      for (const [name, vector] of Object.entries(rule.memory)) vector.set(state.memory[name]);
      if (signs !== null) signProducts(signs, parameters, start, c, offsets);
    },
  };
}

function radiiOf(radius: RegressorOptions["radius"], layers: number): readonly number[] | null {
  if (radius === undefined) return null;
  const radii = typeof radius === "number" ? new Array<number>(layers).fill(radius) : radius;
  if (radii.length !== layers)
    throw rangeError("radius", `a number or one for each of ${layers} layers`, radius);
  for (const [l, r] of radii.entries())
    if (!(r > 0)) throw rangeError(typeof radius === "number" ? "radius" : `radius[${l}]`, "a number > 0", r);
  return radii;
}
