import { checkNumber, typeError } from "minimand/engine";
import { checkedVector, inner, plusScaled } from "../../vectors.ts";
import type { Domain } from "../domains/domain.ts";

/** One round's loss `phi(a . x; b)`, as plain data. */
export interface LinearRound {
  a: ArrayLike<number>;
  /** A target, or a label 1 or -1. */
  b: number;
}

/** A convex function of one number, and its (sub)derivative, the limit from the left and from the right where it has a kink. */
interface ScalarLoss {
  value(s: number, b: number): number;
  slopes(s: number, b: number): [left: number, right: number];
}

const smooth = (value: ScalarLoss["value"], slope: (s: number, b: number) => number): ScalarLoss => ({
  value,
  slopes(s, b) {
    const d = slope(s, b);
    return [d, d];
  },
});

const scalarLosses = {
  linear: smooth(
    (s, b) => b * s,
    (_, b) => b,
  ),
  square: smooth(
    (s, b) => 0.5 * (s - b) ** 2,
    (s, b) => s - b,
  ),
  logistic: smooth(
    (s, b) => Math.max(-b * s, 0) + Math.log1p(Math.exp(-Math.abs(s))),
    (s, b) => -b / (1 + Math.exp(b * s)),
  ),
  absolute: {
    value: (s, b) => Math.abs(s - b),
    slopes: (s, b) => [s > b ? 1 : -1, s < b ? -1 : 1],
  },
  hinge: {
    value: (s, b) => Math.max(0, 1 - b * s),
    slopes(s, b) {
      const margin = b * s;
      if (margin !== 1) return margin < 1 ? [-b, -b] : [0, 0];
      return b > 0 ? [-b, 0] : [0, -b];
    },
  },
} satisfies Record<string, ScalarLoss>;

/** What a learner with implicit steps must know of its losses; `Loss` is plain data. */
export interface ProximalLosses<Loss> {
  /** A (sub)gradient at x. */
  gradient(loss: Loss, x: Float64Array): Float64Array;
  /** `argmin_{x in X} f(x) + ||x - z||^2 / (2 eta)`, and the subgradient there that makes it so. */
  prox(loss: Loss, z: Float64Array, eta: number): { point: Float64Array; subgradient: Float64Array };
}

/** Losses of linear models on a domain: values too. */
export interface LinearLosses extends ProximalLosses<LinearRound> {
  value(loss: LinearRound, x: Float64Array): number;
}

/**
 * Returns losses of a linear model, `phi(s)` at `s = a . x`: `linear` b s, `square` (s - b)^2 / 2, `absolute` |s - b|, `hinge` max(0, 1 - b
 * s), `logistic` log(1 + exp(-b s)). The implicit step is exact on every domain: it is `Proj(z - eta r a)` for the one number r that is a
 * slope of phi there, found by bisection, since `a . Proj(z - eta r a)` falls as r grows.
 *
 * @throws TypeError, RangeError for rounds that don't fit the domain, or a name that isn't one of the five
 * @example
 * const losses = linearLosses("absolute", ballDomain(2, 1));
 * const learner = optimisticOmdImplicit({ domain: ballDomain(2, 1), losses });
 * learner.predict();
 * learner.update({ a: [1, 0], b: 0.5 });
 */
export function linearLosses(name: keyof typeof scalarLosses, domain: Domain): LinearLosses {
  const phi: ScalarLoss | undefined = Object.hasOwn(scalarLosses, name) ? scalarLosses[name] : undefined;
  if (phi === undefined) throw typeError("name", `one of ${Object.keys(scalarLosses).join(", ")}`, name);
  const checked = ({ a, b }: LinearRound): { a: Float64Array; b: number } => {
    checkNumber("b", b, name === "hinge" || name === "logistic" ? { min: -1, max: 1 } : {});
    return { a: checkedVector("a", a, domain.dimension), b };
  };
  const slopeAt = (s: number, b: number): number => {
    const [left, right] = phi.slopes(s, b);
    return (left + right) / 2;
  };
  return {
    value: (loss, x) => phi.value(inner(checked(loss).a, x), loss.b),
    gradient(loss, x) {
      const { a, b } = checked(loss);
      const slope = slopeAt(inner(a, x), b);
      return a.map((value) => slope * value);
    },
    prox(loss, z, eta) {
      const { a, b } = checked(loss);
      const reached = (r: number) => domain.project(plusScaled(z, -eta * r, a));
      // r is between the slopes at z and where no step would go: widen, then halve.
      let [low, high] = bracket(phi, b, (r) => inner(a, reached(r)));
      for (let k = 0; k < 200 && high - low > 1e-16 * (Math.abs(low) + Math.abs(high)); k++) {
        const middle = (low + high) / 2;
        if (middle === low || middle === high) break;
        const [left, right] = phi.slopes(inner(a, reached(middle)), b);
        if (middle < left) low = middle;
        else if (middle > right) high = middle;
        else [low, high] = [middle, middle];
      }
      const r = (low + high) / 2;
      return { point: reached(r), subgradient: a.map((value) => r * value) };
    },
  };
}

/** Numbers r on both sides of the one with `r in dphi(scoreOf(r))`. */
function bracket(phi: ScalarLoss, b: number, scoreOf: (r: number) => number): [number, number] {
  let [low, high] = [-1, 1];
  while (phi.slopes(scoreOf(low), b)[0] < low && low > -1e300) low *= 2;
  while (phi.slopes(scoreOf(high), b)[1] > high && high < 1e300) high *= 2;
  return [low, high];
}
