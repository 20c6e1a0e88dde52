import { type DType, makeJaxpr, numpy as np } from "@jax-js/jax";
import { leavesOf, mapTree, type Tree } from "./tree.ts";

/** Whether a tree holds a float64 array. Not consumed. */
export function hasFloat64(t: Tree): boolean {
  return leavesOf(t).some((leaf) => typeof leaf !== "number" && leaf.dtype === np.float64);
}

/** The dtype of scalars that are computed along with a tree's arrays: float64 where these are, else float32. Not consumed. */
export function scalarType(t: Tree): DType {
  return hasFloat64(t) ? np.float64 : np.float32;
}

/**
 * The arguments of a float64 program: a number among them would come in as float32, so it is an array of float64.
 * Arrays are handed on.
 */
export function float64Numbers<T extends Tree>(args: T): T {
  return mapTree((x) => (typeof x === "number" ? np.array(x, { dtype: np.float64 }) : x), args);
}

/**
 * Runs `f`, in which the engine traces programs, and keeps all digits of JavaScript's numbers in them. The engine reads such
 * constants as float32, also where they meet float64: `x / 3` then is off by 3e-8.
 *
 * @param programs which programs: with `"float64"`, those of float32 are traced as ever, also those that the engine makes
 *   once for functions of its own; `"all"` is for a compiler that folds constants before it rounds them
 */
export function withExactNumbers<T>(f: () => T, programs: "float64" | "all" = "float64"): T {
  trace ??= traceOfPrograms();
  const { getOrMakeConstTracer } = trace;
  const { div } = tracer;
  const kept: np.Array[] = [];
  trace.getOrMakeConstTracer = function (value) {
    const constant = typeof value === "number" ? np.array(value) : value;
    const exact = programs === "all" || this.builder.tracers.some(({ dtype }) => dtype === np.float64);
    if (exact && isNumber(constant)) {
      constant.dataSync = () => cast([constant], { dtype: np.float64 })[0].dataSync();
      kept.push(constant);
    }
    return getOrMakeConstTracer.call(this, constant);
  };
  // The engine multiplies by a reciprocal, which as a step of the program would be a float32 number.
  tracer.div = function (this: np.Array, other) {
    return typeof other === "number" && this.dtype === np.float64
      ? this.mul(1 / other)
      : div.call(this, other);
  };
  try {
    return f();
  } finally {
    trace.getOrMakeConstTracer = getOrMakeConstTracer;
    tracer.div = div;
    for (const constant of kept) delete (constant as Partial<np.Array>).dataSync;
  }
}

/** An array that the engine made of a number: it gives way to the dtype of what it meets, and holds all digits until it is read. */
function isNumber(x: unknown): x is np.Array {
  return x instanceof np.Array && x.ndim === 0 && x.weakType && x.dtype === np.float32;
}

/** The engine's eager cast: while a program is traced, `astype` would be a step of it. */
const { cast } = (
  np.Array as unknown as {
    _implRules(): { cast(args: np.Array[], params: { dtype: DType }): np.Array[] };
  }
)._implRules();

/** What all arrays have, concrete and traced ones. */
const tracer = Object.getPrototypeOf(np.Array.prototype) as np.Array;

/** What all traces of programs have: how a constant gets into them. */
interface Trace {
  readonly builder: { readonly tracers: readonly np.Array[] };
  getOrMakeConstTracer(value: unknown): np.Array;
}

let trace: Trace | undefined;

function traceOfPrograms(): Trace {
  let found: unknown;
  (makeJaxpr as unknown as (f: (x: { _trace: Trace }) => unknown) => (x: number) => unknown)((x) => {
    found = Object.getPrototypeOf(x._trace);
    return x;
  })(0);
  return found as Trace;
}
