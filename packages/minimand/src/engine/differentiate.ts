import { lax, type numpy as np } from "@jax-js/jax";
import { compileWithJit } from "./compile.ts";
import { withIntegers } from "./integers.ts";
import { constantOf } from "./parameter.ts";
import { mapTree, type Tree } from "./tree.ts";
import { valueAndGradient } from "./value-and-gradient.ts";

/**
 * Value, auxiliary output and gradient with respect to the first argument, for use inside a traced function.
 *
 * The engine's compiled gradient is wrong where a constant cotangent passes through slice, split, stack and
 * their like, so the scalar is multiplied by `one`, which must be an *argument* of the traced function (the
 * number 1). Remainders and products of integers, which the engine's own `grad` and `jvp` get wrong, are
 * right here. This is the only place of the library that differentiates; {@link forward} does so forwards.
 *
 * @param f scalar objective with an auxiliary tree: `f(params, ...rest) => [scalar, aux]`
 * @returns `(one, params, ...rest) => [[value, aux], gradient]`; consumes its arguments
 */
export function differentiate<P extends Tree, R extends Tree[], A extends Tree>(
  f: (params: P, ...rest: R) => [np.Array, A],
): (one: np.Array | number, params: P, ...rest: R) => [[np.Array, A], P] {
  const run = valueAndGradient((params: P, one: Tree, ...rest: Tree[]): [np.Array, Tree] => {
    const [value, aux] = f(params, ...(rest as R));
    // Of the value's dtype: the engine reads products of a float32 number and a float64 cotangent wrongly.
    const guardedValue = value.mul(constantOf(one as np.Array, value.dtype));
    // The engine refuses an auxiliary output that is an input as it came.
    return [guardedValue, mapTree((x) => lax.stopGradient(x), aux)];
  });
  return (one, params, ...rest) => withIntegers(() => run(params, one, ...rest)) as [[np.Array, A], P];
}

/**
 * A compiled `(params, ...rest) => [value, gradient]` of a scalar function, with the guard of {@link differentiate}.
 *
 * Make it once and call it often: every new wrapper is traced anew. Call `.dispose()` when done.
 *
 * @example
 * const run = compiledValueAndGrad((w: np.Array, x: np.Array) => np.square(w.mul(x)).sum())
 * const [value, gradient] = run(np.array([1, 2]), np.array([3, 1]))
 * value // 13
 * gradient // [18, 4]
 * run.dispose()
 */
export function compiledValueAndGrad<P extends Tree, R extends Tree[]>(
  f: (params: P, ...rest: R) => np.Array,
): ((params: P, ...rest: R) => [np.Array, P]) & { dispose(): void } {
  const guarded = differentiate<P, R, Tree[]>((params, ...rest) => [f(params, ...rest), []]);
  const compiled = compileWithJit((one: np.Array, params: P, ...rest: R): [np.Array, P] => {
    const [[value], gradient] = guarded(one, params, ...rest);
    return [value, gradient];
  });
  return Object.assign((params: P, ...rest: R) => compiled(1 as never, params, ...rest), {
    dispose: () => compiled.dispose(),
  });
}
