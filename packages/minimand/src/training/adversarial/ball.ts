import { numpy as np, random } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";

/** The norm that measures a perturbation: the largest entry, or the Euclidean length over an example's entries. */
export type PerturbationNorm = "linf" | "l2";

/** Length below which a direction counts as none. */
const tiny = 1e-12;

/** Euclidean length of each example, `[batch, 1, ...]`, never below {@link tiny}. */
function lengths(x: np.Array): np.Array {
  const rows = x.shape[0];
  const flat = np.sqrt(np.square(x.ref.reshape([rows, -1])).sum(-1));
  const kept = np.maximum(flat, tiny).reshape([rows, ...x.shape.slice(1).map(() => 1)]);
  x.dispose();
  return kept;
}

/** One step of steepest ascent of length `stepSize`, projected to the ball of radius `gamma`. */
export function climb(
  norm: PerturbationNorm,
  delta: np.Array,
  gradient: np.Array,
  gamma: np.Array,
  stepSize: np.Array,
): np.Array {
  if (norm === "linf") return np.clip(delta.add(np.sign(gradient).mul(stepSize)), gamma.ref.neg(), gamma);
  const moved = delta.add(gradient.ref.div(lengths(gradient)).mul(stepSize));
  return moved.ref.mul(np.minimum(gamma.div(lengths(moved)), 1));
}

/** Perturbations uniform in the ball of radius `gamma`, one per example. */
export function uniformInBall(
  norm: PerturbationNorm,
  key: np.Array,
  shape: number[],
  gamma: np.Array,
): np.Array {
  if (norm === "linf") return random.uniform(key, shape, { minval: -1, maxval: 1 }).mul(gamma);
  const keys = random.split(key, 2);
  const direction = random.normal(keys.ref.slice(0), shape);
  const unit = direction.ref.div(lengths(direction));
  // The length of a uniform point of the d-dimensional ball is u^(1/d).
  const dimensions = shape.slice(1).reduce((a, b) => a * b, 1);
  const u = random.uniform(keys.slice(1), [shape[0], ...shape.slice(1).map(() => 1)]);
  return unit.mul(np.exp(np.log(u).div(dimensions))).mul(gamma);
}

/** Moves perturbations so that the perturbed inputs stay in the range of legal inputs. */
export function keepInRange(
  delta: np.Array,
  x: np.Array,
  clip: readonly [number, number] | undefined,
): np.Array {
  if (clip === undefined) {
    x.dispose();
    return delta;
  }
  return np.clip(x.ref.add(delta), clip[0], clip[1]).sub(x);
}

/** Throws unless `clip` is absent or a pair of finite numbers in ascending order. */
export function checkClip(clip: unknown): void {
  if (clip === undefined) return;
  if (!Array.isArray(clip) || clip.length !== 2) throw typeError("clip", "a pair [low, high]", clip);
  checkNumber("clip[0]", clip[0]);
  checkNumber("clip[1]", clip[1]);
  if (!(clip[0] < clip[1])) throw rangeError("clip[1]", `a number > clip[0] = ${clip[0]}`, clip[1]);
}
