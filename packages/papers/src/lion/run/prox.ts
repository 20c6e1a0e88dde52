/*
 * Minimisers of |x - v|^2 / 2 + t K*(lambda x) / lambda on the host, written for the check of the optimizer: they know the
 * constraint sets and the slopes of the penalties, and nothing of K, its gradient, or the library.
 */

/** `prox(v, t)` of a penalty, both on the host. */
export type Prox = (v: readonly number[], t: number) => number[];

/** The minimiser for each lambda. */
export type Penalty = (lambda: number) => Prox;

/** The point where an increasing function crosses 0, in [low, high]; an end where it doesn't. */
export function crossing(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 60; i++) {
    const middle = (a + b) / 2;
    if (f(middle) > 0) b = middle;
    else a = middle;
  }
  return (a + b) / 2;
}

/** A penalty that is a sum over entries: the slope of K* in y (of entry i), and its domain. */
export const separable =
  (slope: (y: number, i: number) => number, [low, high]: readonly [number, number]): Penalty =>
  (lambda) =>
  (v, t) =>
    v.map((value, i) => crossing((y) => y / lambda - value + t * slope(y, i), low, high) / lambda);

/** `lambda x in` a set that is given by its projection. */
export const onto =
  (project: (y: number[]) => number[]): Penalty =>
  (lambda) =>
  (v) =>
    project(v.map((x) => lambda * x)).map((y) => y / lambda);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const sizeOf = (values: readonly number[], q: number): number =>
  q === Infinity ? Math.max(...values.map(Math.abs)) : sum(values.map((x) => Math.abs(x) ** q)) ** (1 / q);

/** The nearest point of the unit ball of the q-norm, 1 <= q <= infinity, times a radius. */
export function ball(q: number, radius = 1): (y: number[]) => number[] {
  return (y) => {
    if (sizeOf(y, q) <= radius) return y;
    if (q === Infinity) return y.map((x) => Math.max(-radius, Math.min(radius, x)));
    /** Where entry by entry `|x| + mu q |x|^(q-1)` is |y|. */
    const shrunk = (mu: number): number[] =>
      y.map((value) => {
        const size = Math.abs(value);
        const x =
          q === 1 ? Math.max(0, size - mu) : crossing((s) => s + mu * q * s ** (q - 1) - size, 0, size);
        return Math.sign(value) * x;
      });
    const mu = crossing((m) => radius - sizeOf(shrunk(m), q), 0, 1e4);
    return shrunk(mu);
  };
}

/** The nearest point with entries of at most 1 whose sizes sum to at most k. */
export function boxAndBall(k: number): (y: number[]) => number[] {
  const at = (y: readonly number[], mu: number): number[] =>
    y.map((x) => Math.sign(x) * Math.min(1, Math.max(0, Math.abs(x) - mu)));
  return (y) => {
    if (sizeOf(at(y, 0), 1) <= k) return at(y, 0);
    return at(
      y,
      crossing((mu) => k - sizeOf(at(y, mu), 1), 0, 1e4),
    );
  };
}

/** The nearest point of the simplex. */
export function simplex(y: number[]): number[] {
  const at = (mu: number): number[] => y.map((x) => Math.max(0, x - mu));
  return at(crossing((mu) => 1 - sum(at(mu)), -1e4, 1e4));
}

/** `sum y log y` on the simplex: entry by entry `y / lambda - v + t log y = mu`. */
export const simplexEntropy: Penalty = (lambda) => (v, t) => {
  const at = (mu: number): number[] =>
    v.map((value) => crossing((y) => y / lambda - value + t * Math.log(y) - mu, 1e-300, 2));
  const mu = crossing((m) => sum(at(m)) - 1, -1e3, 1e3);
  return at(mu).map((y) => y / lambda);
};

/** Cuts six entries into the rows or columns of a matrix of three rows and two columns, and back. */
export const matrixGroups = {
  rows: {
    split: (y: readonly number[]): number[][] => [0, 1, 2].map((i) => [y[2 * i], y[2 * i + 1]]),
    join: (groups: readonly (readonly number[])[]): number[] => groups.flat(),
  },
  columns: {
    split: (y: readonly number[]): number[][] => [0, 1].map((j) => [y[j], y[2 + j], y[4 + j]]),
    join: (groups: readonly (readonly number[])[]): number[] =>
      [0, 1, 2].flatMap((i) => groups.map((g) => g[i])),
  },
};
type Groups = (typeof matrixGroups)["rows"];

/** The nearest point at which the list of the groups' norms is in a ball. */
export function groupBall({ split, join }: Groups, q: number): (y: number[]) => number[] {
  return (y) => {
    const groups = split(y);
    const norms = groups.map((g) => sizeOf(g, 2));
    const wanted = ball(q)(norms);
    return join(groups.map((g, i) => (norms[i] > 0 ? g.map((x) => (x * wanted[i]) / norms[i]) : g)));
  };
}

/** The nearest matrix (three rows, two columns) whose singular values are in a ball. */
export function singularBall(q: number): (y: number[]) => number[] {
  return (y) => {
    const rows = matrixGroups.rows.split(y);
    const [a, b, d] = [
      sum(rows.map(([u]) => u * u)),
      sum(rows.map(([u, w]) => u * w)),
      sum(rows.map(([, w]) => w * w)),
    ];
    // Eigenvectors of the 2 x 2 matrix Y'Y by the angle of its rotation.
    const angle = Math.atan2(2 * b, a - d) / 2;
    const vectors = [
      [Math.cos(angle), Math.sin(angle)],
      [-Math.sin(angle), Math.cos(angle)],
    ];
    const images = vectors.map(([c, s]) => rows.map(([u, w]) => u * c + w * s));
    const values = images.map((image) => sizeOf(image, 2));
    const wanted = ball(q)(values);
    return rows.flatMap((_, i) =>
      [0, 1].map((j) =>
        sum(vectors.map((v, k) => (values[k] > 0 ? (images[k][i] * wanted[k]) / values[k] : 0) * v[j])),
      ),
    );
  };
}
