import { checkNumber, derive, expit, rangeError, readOptions } from "minimand/engine";
import { randomStream } from "../random-stream.ts";
import { checkSaved } from "../saved-arrays.ts";
import { descent, stepSizeAt } from "./descent.ts";
import { type OnlineNetwork, onlineNetwork } from "./network.ts";
import { largestStableRate, perturbationScale, projectBall } from "./perturbation.ts";
import {
  type RegressorOptions,
  type RegressorSettings,
  radiiOf,
  regressorSettings,
} from "./regressor-options.ts";
import { replayMemory, type SavedReplay } from "./replay-memory.ts";
import { addSigns, drawSigns, type Signs, signProducts, signStep } from "./signs.ts";

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
  /**
   * Takes over a state of the same shape.
   *
   * @throws TypeError, RangeError for one of another shape; nothing is changed
   */
  resume(state: RegressorState): void;
}

/** State of a regressor. */
export interface RegressorState extends SavedReplay {
  updates: number;
  parameters: Float64Array;
  start: Float64Array;
  random: Uint32Array;
  /** Of the optimizer. */
  memory: Record<string, Float64Array>;
}

/**
 * Online regression by a network: the predictor of the neural bandits, and of use alone.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Deb et al. 2023, arXiv 2312.07145, online gradient descent on the perturbed losses
 */
export function onlineRegressor(options: RegressorOptions): OnlineRegressor {
  readOptions("onlineRegressor", options, {
    dim: true,
    slots: true,
    hidden: true,
    activation: true,
    scaled: true,
    loss: true,
    learningRate: true,
    optimizer: true,
    perturbation: true,
    radius: true,
    replay: true,
    seed: true,
    warn: true,
  });
  return buildRegressor(options);
}

/** Makes a regressor, new or from a state of the same shape. */
export function buildRegressor(options: RegressorOptions, saved?: RegressorState): OnlineRegressor {
  const settings = regressorSettings(options);
  const { loss, optimizer, learningRate, seed } = settings;
  const { mode, cp, samples } = settings.perturbation;
  const { batch } = settings.replay;
  const { hidden, activation, scaled, slots } = options;
  const network = onlineNetwork({ dim: options.dim, hidden, activation, scaled, slots });
  const { size, dim, layers, width } = network;
  if (saved !== undefined) checkParameters(saved, size);
  const radii = radiiOf(options.radius, layers.length);
  const c = perturbationScale(mode === "none" ? 0 : cp, width);
  const signs: Signs | null =
    mode === "signs"
      ? drawSigns(samples ?? Math.max(1, Math.ceil(Math.log(width))), size, derive(seed, 2))
      : null;
  const rule = descent(optimizer, size);
  const plain = optimizer.kind === "sgd" && (optimizer.momentum ?? 0) === 0;
  warnOfDivergence(settings, network, signs, options.warn);
  const memory = replayMemory(dim, settings.replay);

  const parameters = network.init(derive(seed, 1));
  const start = parameters.slice();
  const random = randomStream(derive(seed, 3));
  const gradient = new Float64Array(size);
  const count = signs?.samples ?? 1;
  /** c eps_j^T (theta - theta0): 0 where there are no signs. */
  const offsets = new Float64Array(count);
  const errors = new Float64Array(count);
  const anchor = mode === "expected" ? (loss === "kl" ? c * c * 0.25 : c * c) : 0;
  const row = new Float64Array(dim);
  let updates = 0;

  const link = loss === "kl" ? expit : (s: number): number => s;

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

  const regressor: OnlineRegressor = {
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
        if (memory.filled === 0) {
          finite = add(slot, x, y);
          continue;
        }
        const k = Math.floor(random.uniform() * memory.filled);
        row.set(memory.vectorOf(k));
        finite = add(memory.slotOf(k), row, memory.targetOf(k));
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
      memory.push(slot, x, y);
    },
    state() {
      const { filled, next, ...examples } = memory.save();
      const held = { parameters, start, random: random.state() };
      return { updates, filled, next, ...held, ...examples, memory: rule.memory };
    },
    resume(state) {
      checkParameters(state, size);
      checkNumber("updates", state.updates, { min: 0, integer: true });
      for (const name of Object.keys(rule.memory))
        checkSaved(`memory.${name}`, state.memory[name], Float64Array, size);
      memory.load(state);
      updates = state.updates;
      parameters.set(state.parameters);
      start.set(state.start);
      random.resume(state.random);
      for (const [name, vector] of Object.entries(rule.memory)) vector.set(state.memory[name]);
      if (signs !== null) signProducts(signs, parameters, start, c, offsets);
    },
  };
  if (saved !== undefined) regressor.resume(saved);
  return regressor;
}

/** Throws unless a state is one of a network of that size. */
function checkParameters({ parameters, start, random }: RegressorState, size: number): void {
  checkSaved("parameters", parameters, Float64Array, size);
  checkSaved("start", start, Float64Array, size);
  checkSaved("random", random, Uint32Array, 4);
}

/** Warns of a first step at which plain descent diverges by the perturbation alone. */
function warnOfDivergence(
  { loss, learningRate, optimizer, perturbation: { mode, cp } }: RegressorSettings,
  { width, size }: OnlineNetwork,
  signs: Signs | null,
  warn: (message: string) => void = console.warn,
): void {
  if (mode === "none" || cp === 0 || optimizer.kind !== "sgd") return;
  // The logarithmic loss has at most a quarter of the curvature.
  const flatter = loss === "kl" ? 4 : 1;
  const limit = flatter * largestStableRate({ cp, width, size, samples: signs?.samples });
  const first = stepSizeAt(learningRate, 1);
  if (first < limit) return;
  warn(
    `learningRate: expected below ${limit.toPrecision(3)}, where the perturbation (cp ${cp}) starts to diverge, got ${first}`,
  );
}
