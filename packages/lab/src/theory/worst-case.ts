import {
  checkChoice,
  checkNumber,
  expit,
  log1pExp,
  rangeError,
  readOptions,
  typeError,
} from "minimand/engine";

/** A loss whose worst case over moved inputs has a closed form for a linear score. */
export type RobustLoss = "zeroOne" | "hinge" | "logistic" | "squared";

/** What moving an input from x to z costs: `||z - x||` or `||z - x||^2 / 2`. */
export type TransportCost = "l2" | "halfSquaredL2";

/** Which worst case: loss and cost. */
export interface WorstCaseKind {
  loss: RobustLoss;
  /** Default `l2` for `zeroOne`, `halfSquaredL2` for the others. */
  cost?: TransportCost;
}

/** Throws for an unknown loss or cost, and for the one pair whose worst case is never finite. */
export function checkWorstCaseKind({ loss, cost }: WorstCaseKind): void {
  checkChoice("loss", loss, ["zeroOne", "hinge", "logistic", "squared"]);
  if (cost !== undefined) checkChoice("cost", cost, ["l2", "halfSquaredL2"]);
  if (loss === "squared" && cost === "l2")
    throw rangeError(
      "cost",
      '"halfSquaredL2" for the squared loss (with "l2" it has no finite worst case)',
      cost,
    );
}

/** Returns the cost of a loss: the given one, else the default of that loss. */
export function costOf({ loss, cost }: WorstCaseKind): TransportCost {
  return cost ?? (loss === "zeroOne" ? "l2" : "halfSquaredL2");
}

/** Throws unless `gamma` is a number >= 0; `Infinity` is one. */
export function checkDual(argument: string, gamma: unknown): asserts gamma is number {
  if (typeof gamma !== "number") throw typeError(argument, "a number >= 0 or Infinity", gamma);
  if (!(gamma >= 0)) throw rangeError(argument, "a number >= 0 or Infinity", gamma);
}

/**
 * Returns what `gamma` must be, given the norm of the weights, for a finite worst case: a bound it may equal (`l2`) or must exceed; 0 if
 * every `gamma` has one.
 */
export function leastDual(kind: WorstCaseKind, norm: number): { bound: number; exceeds: boolean } {
  const cost = costOf(kind);
  if (kind.loss === "zeroOne") return { bound: 0, exceeds: false };
  if (cost === "l2") return { bound: norm, exceeds: false };
  return { bound: kind.loss === "squared" ? 2 * norm * norm : 0, exceeds: norm > 0 };
}

/** Whether `gamma` gives a finite worst case. */
export function isFiniteDual(kind: WorstCaseKind, norm: number, gamma: number): boolean {
  const { bound, exceeds } = leastDual(kind, norm);
  return exceeds ? gamma > bound : gamma >= bound;
}

/**
 * Returns the worst case of a loss of a linear score over moved inputs, `phi = sup_z loss(z) - gamma c(z, x)`, by closed form.
 *
 * With signed margin `M = y (w.x + b)` and `a = ||w||` only the way along `w` matters, `z = x - y t w / a`:
 * zero-one (1 where `M <= 0`) `max(0, 1 - gamma M / a)` or `max(0, 1 - gamma / 2 (M / a)^2)`; hinge
 * `max(0, 1 - M + a^2 / (2 gamma))`; squared `r^2 / (1 - 2 a^2 / gamma)` of the residual `r = y - w.x - b`; logistic by one
 * search for t. Hinge and logistic with cost `l2` are the loss itself for `gamma >= a`, and infinite below.
 *
 * @param margin `M`, or `r` for the squared loss
 * @param norm `a >= 0`
 * @param options `loss`, `cost`, `gamma` in `[0, Infinity]`
 * @returns `value`, `Infinity` where the worst case is not finite, and the `distance` the input is moved
 * @throws TypeError, RangeError for NaN, numbers outside their ranges, unknown losses and costs
 * @example
 * worstCase(0.5, 1, { loss: "zeroOne", cost: "halfSquaredL2", gamma: 1 }).value // 0.875
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2; Sinha, Namkoong, Duchi 2017, arXiv 1710.10571, equation (2)
 */
export function worstCase(
  margin: number,
  norm: number,
  options: WorstCaseKind & { gamma: number },
): { value: number; distance: number } {
  readOptions("worstCase", options, { loss: true, cost: true, gamma: true });
  checkWorstCaseKind(options);
  checkNumber("margin", margin);
  checkNumber("norm", norm, { min: 0 });
  checkDual("gamma", options.gamma);
  return worstCaseOf(margin, norm, options);
}

/** {@link worstCase} without checks. */
export function worstCaseOf(
  margin: number,
  norm: number,
  options: WorstCaseKind & { gamma: number },
): { value: number; distance: number } {
  const { loss, gamma } = options;
  // A score that doesn't depend on the input, or inputs that can't move: the loss itself.
  if (norm === 0 || gamma === Infinity) return { value: plain(loss, margin), distance: 0 };
  if (!isFiniteDual(options, norm, gamma)) return { value: Infinity, distance: Infinity };
  const half = costOf(options) === "halfSquaredL2";
  if (loss === "zeroOne") {
    if (margin <= 0) return { value: 1, distance: 0 };
    const way = margin / norm;
    const value = 1 - gamma * (half ? (way * way) / 2 : way);
    return value > 0 ? { value, distance: way } : { value: 0, distance: 0 };
  }
  if (!half) return { value: plain(loss, margin), distance: 0 };
  if (loss === "hinge") {
    const value = 1 - margin + (norm * norm) / (2 * gamma);
    return value > 0 ? { value, distance: norm / gamma } : { value: 0, distance: 0 };
  }
  if (loss === "squared") {
    const value = (margin * margin) / (1 - (2 * norm * norm) / gamma);
    return { value, distance: (2 * norm * Math.abs(margin)) / (gamma - 2 * norm * norm) };
  }
  return logisticWorstCase(margin, norm, gamma);
}

function plain(loss: RobustLoss, margin: number): number {
  if (loss === "zeroOne") return margin <= 0 ? 1 : 0;
  if (loss === "hinge") return Math.max(0, 1 - margin);
  return loss === "squared" ? margin * margin : log1pExp(-margin);
}

/**
 * `max_t softplus(a t - M) - gamma t^2 / 2`: its derivative `a sigmoid(a t - M) - gamma t` rises at most between the two
 * points where the sigmoid's slope is `gamma / a^2`, so each side of that stretch holds one maximum, and the larger counts.
 */
function logisticWorstCase(margin: number, norm: number, gamma: number): { value: number; distance: number } {
  const most = norm / gamma;
  const slope = (t: number): number => norm * expit(norm * t - margin) - gamma * t;
  const value = (t: number): number => log1pExp(norm * t - margin) - (gamma * t * t) / 2;
  const root = Math.sqrt(Math.max(0, 1 - (4 * gamma) / (norm * norm)));
  // logit((1 +- root) / 2)
  const half = Math.log1p(root) - Math.log1p(-root);
  const inside = (t: number): number => Math.min(most, Math.max(0, t));
  const low = bisect(slope, 0, inside((margin - half) / norm));
  const high = bisect(slope, inside((margin + half) / norm), most);
  const distance = value(high) >= value(low) ? high : low;
  return { value: value(distance), distance };
}

/** The place where a falling function changes its sign, or the end nearest to it. */
function bisect(f: (t: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 80 && low < high; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}
