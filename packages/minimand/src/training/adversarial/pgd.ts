import type { numpy as np } from "@jax-js/jax";
import { checkNumber, checkShape } from "../../engine/checks.ts";
import { type Compile, type Compiled, compileWithJit } from "../../engine/compile.ts";
import { differentiate } from "../../engine/differentiate.ts";
import { type OptionNames, oneOf, readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { disposeTree, refTree } from "../../engine/tree.ts";
import { checkClip, climb, keepInRange, type PerturbationNorm, uniformInBall } from "./ball.ts";

/**
 * What an attack climbs: one value per example, `[batch]`, of perturbed inputs. `context` holds the arrays it needs in addition to them
 * (parameters, labels, clean scores). Traced; arrays of the context that aren't used need no disposal.
 */
export type AttackObjective<C extends Tree> = (x: np.Array, context: C) => np.Array;

/** How an attack is built. */
export interface PgdOptions {
  /** Default `linf`. */
  norm?: PerturbationNorm;
  /** Number of ascent steps, default 10. */
  steps?: number;
  /** Range of legal inputs, default none. */
  clip?: readonly [number, number];
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** For attacks that take these and more. */
export const pgdOptions: OptionNames<PgdOptions> = { norm: true, steps: true, clip: true, compile: true };

/** The size of one attack; numbers, so that one program serves all. */
export interface AttackSize {
  /** Radius of the ball of perturbations, `>= 0`. */
  gamma: number;
  /** Length of a step, `>= 0`; default `gamma / 4`. */
  stepSize?: number;
}

/** One step of ascent, compiled: consumes perturbation, inputs and context. */
export interface PgdStep<C extends Tree> {
  /** `[next perturbation, value per example before the step]`. */
  (delta: np.Array, x: np.Array, context: C, size: Required<AttackSize>): [np.Array, np.Array];
  dispose(): void;
}

/** A compiled attack. Consumes inputs, context and start; returns the perturbed inputs. */
export interface Attack<C extends Tree> {
  (x: np.Array, context: C, size: AttackSize & { start: AttackStart }): np.Array;
  dispose(): void;
}

/** Where an attack starts: a key for a uniform point of the ball, or given perturbations of the inputs' shape. */
export type AttackStart = { key: np.Array } | { delta: np.Array };

/**
 * One step of projected gradient ascent as one compiled program.
 *
 * `linf`: `delta <- clip(delta + stepSize sign(g), -gamma, gamma)`; `l2`: `delta <- P(delta + stepSize g / |g|)` with the
 * projection to the ball of radius `gamma`; then `x + delta` is clipped to the range of legal inputs.
 *
 * @param objective per-example values to be made large
 * @param options `norm`, `clip`, `compile` of {@link PgdOptions}
 * @throws TypeError, RangeError for an unknown norm or an empty range
 * @example
 * const step = pgdStep((x) => np.square(x).sum(-1), { norm: "l2" })
 * @see Madry et al. 2018, arXiv 1706.06083, section 2
 */
export function pgdStep<C extends Tree>(
  objective: AttackObjective<C>,
  options: Omit<PgdOptions, "steps"> = {},
): PgdStep<C> {
  const { norm, clip, compile } = readOptions("pgdStep", options, {
    norm: ["linf", oneOf(["linf", "l2"])],
    clip: true,
    compile: [compileWithJit],
  });
  checkClip(clip);
  const gradientOf = differentiate<np.Array, Tree[], Tree>((delta, x, context) => {
    const values = objective((x as np.Array).add(delta), context as C);
    // Each example's value depends on its own perturbation alone, so the gradient of the sum is that of each.
    return [values.ref.sum(), values];
  });
  const program: Compiled<Tree[], Tree[]> = compile((...args: Tree[]) => {
    const [one, delta, x, context, gamma, stepSize] = args as np.Array[];
    const [[sum, values], gradient] = gradientOf(one, delta.ref, x.ref, context);
    sum.dispose();
    return [keepInRange(climb(norm, delta, gradient, gamma, stepSize), x, clip), values];
  });
  return Object.assign(
    (delta: np.Array, x: np.Array, context: C, { gamma, stepSize }: Required<AttackSize>) =>
      program(1, delta, x, context, gamma, stepSize) as [np.Array, np.Array],
    { dispose: () => program.dispose() },
  );
}

/**
 * Random starts of attacks, compiled: `(key, x, gamma) => delta`, uniform in the ball and kept in the range of legal
 * inputs. Consumes key and inputs.
 */
export function attackStart(options: Omit<PgdOptions, "steps"> = {}): ((
  key: np.Array,
  x: np.Array,
  gamma: number,
) => np.Array) & {
  dispose(): void;
} {
  const { norm, clip, compile } = readOptions("attackStart", options, {
    norm: ["linf", oneOf(["linf", "l2"])],
    clip: true,
    compile: [compileWithJit],
  });
  checkClip(clip);
  const program: Compiled<Tree[], Tree> = compile((...args: Tree[]) => {
    const [key, x, gamma] = args as np.Array[];
    return keepInRange(uniformInBall(norm, key, x.shape, gamma), x, clip);
  });
  return Object.assign((key: np.Array, x: np.Array, gamma: number) => program(key, x, gamma) as np.Array, {
    dispose: () => program.dispose(),
  });
}

/**
 * Projected gradient ascent: the perturbations within a ball around the inputs that make an objective large.
 *
 * `x' = x + delta`, `steps` times {@link pgdStep} from a random point of the ball, or from a given one. Objectives that
 * are flat at `delta = 0` (a deviation from the clean scores) need the random start.
 *
 * @param objective per-example values to be made large
 * @param options {@link PgdOptions}
 * @returns an attack `(x [batch, ...], context, { gamma, stepSize, start }) => x' [batch, ...]`; it throws RangeError for
 * sizes that are negative or not finite, and a `start.delta` of another shape
 * @throws TypeError, RangeError for an unknown norm, an empty range, `steps` not an integer >= 1
 * @example
 * const attack = pgd((x, w: np.Array) => np.matmul(x, w), { steps: 5, clip: [0, 1] })
 * const adversarial = attack(x, w, { gamma: 0.1, start: { key: random.key(0) } })
 * @see Madry et al. 2018, arXiv 1706.06083, section 2
 */
export function pgd<C extends Tree>(objective: AttackObjective<C>, options: PgdOptions = {}): Attack<C> {
  const { steps = 10, ...ascent } = readOptions("pgd", options, pgdOptions);
  checkNumber("steps", steps, { min: 1, integer: true });
  const step = pgdStep(objective, ascent);
  const startIn = attackStart(ascent);
  return Object.assign(
    (x: np.Array, context: C, { start, ...size }: AttackSize & { start: AttackStart }): np.Array => {
      const { gamma, stepSize } = attackSize(size);
      let delta = "key" in start ? startIn(start.key, x.ref, gamma) : givenStart(start.delta, x);
      for (let i = 0; i < steps; i++) {
        const [next, values] = step(delta, x.ref, refTree(context), { gamma, stepSize });
        settle(values);
        delta = next;
      }
      disposeTree(context);
      return x.add(delta);
    },
    {
      dispose() {
        step.dispose();
        startIn.dispose();
      },
    },
  );
}

function givenStart(delta: np.Array, x: np.Array): np.Array {
  checkShape("start.delta", delta, x.shape);
  return delta;
}

/** The size with its default step, checked. */
export function attackSize({ gamma, stepSize }: AttackSize): Required<AttackSize> {
  checkNumber("gamma", gamma, { min: 0 });
  const length = stepSize ?? gamma / 4;
  checkNumber("stepSize", length, { min: 0 });
  return { gamma, stepSize: length };
}

/** Reads the values where that can be done at once: unread steps pile up, and their cost with them. */
function settle(values: np.Array): void {
  if (values.device === "wasm" || values.device === "cpu") values.dataSync();
  else values.dispose();
}
