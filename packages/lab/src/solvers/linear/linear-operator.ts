import { randomSource, rangeError, typeError } from "minimand/engine";
import { type NullSpace, projectOut } from "./null-space.ts";
import { dot } from "./vectors.ts";

/**
 * `v -> A v` of a symmetric matrix. It may write into `out`, where that is given, and return it; what it returns is used up before
 * it is called again.
 */
export type MatVec = (v: Float64Array, out?: Float64Array) => Float64Array;

/** A symmetric matrix as solvers see it: by its products. */
export interface LinearOperator {
  /** Number of unknowns. */
  readonly size: number;
  readonly matvec: MatVec;
  /** What it maps to zero; null where that is the zero vector alone, or isn't known. */
  readonly nullSpace?: NullSpace | null;
}

/** A matrix, or its products alone. */
export type OperatorLike = LinearOperator | MatVec;

/**
 * Returns the operator of an argument, whose products with two drawn vectors are symmetric.
 *
 * A matrix is looked at once: two products the first time that it is met.
 *
 * @throws TypeError for what is neither a function nor an operator; RangeError for another size, and for a matrix that isn't symmetric
 */
export function operatorOf(A: OperatorLike, size: number): LinearOperator {
  const operator = typeof A === "function" ? { size, matvec: A } : A;
  if (typeof operator?.matvec !== "function" || typeof operator.size !== "number")
    throw typeError("A", "a function v -> A v, or a matrix with size and matvec", A);
  if (operator.size !== size)
    throw rangeError("A", `a matrix with ${size} rows, one for each number of b`, operator.size);
  if (!seen.has(operator.matvec)) checkSymmetric(operator);
  seen.add(operator.matvec);
  return operator;
}

/** Products that were found symmetric. */
const seen = new WeakSet<MatVec>();

/** Throws unless `u' A v = v' A u` for two drawn vectors, but for rounding (in float32, too). */
function checkSymmetric({ size, matvec, nullSpace }: LinearOperator): void {
  const next = randomSource(size);
  const draw = () => Float64Array.from({ length: size }, () => 2 * next() - 1);
  const [u, v] = [draw(), draw()];
  // Nothing is promised about numbers that are not solved for.
  for (const each of [u, v]) projectOut(nullSpace, each);
  const Au = Float64Array.from(product(matvec, u));
  const Av = product(matvec, v);
  const [uAv, vAu] = [dot(u, Av), dot(v, Au)];
  const scale = Math.sqrt(dot(u, u) * dot(Av, Av)) + Math.sqrt(dot(v, v) * dot(Au, Au));
  if (!Number.isFinite(uAv + vAu)) throw rangeError("A v", "finite numbers", uAv + vAu);
  if (Math.abs(uAv - vAu) > 1e-6 * scale)
    throw new RangeError(
      `A: expected a symmetric matrix, got u' A v = ${uAv.toPrecision(4)} and v' A u = ${vAu.toPrecision(4)}`,
    );
}

/** A product whose size is looked at. */
function product(matvec: MatVec, v: Float64Array): Float64Array {
  const Av = matvec(v);
  if (!(Av instanceof Float64Array) || Av.length !== v.length)
    throw typeError("A v", `a Float64Array of ${v.length} numbers`, Av);
  return Av;
}
