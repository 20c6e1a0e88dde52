import { type numpy as np, valueAndGrad } from "@jax-js/jax";
import { leavesOf, type Tree } from "./tree.ts";

type WithAux<P> = [[value: np.Array, aux: Tree], gradient: P];

/** A level on the engine's stack of traces; dispose takes the topmost level off. */
type Level = Partial<{ [Symbol.dispose](): void }>;

/** An array of which the engine computes value and derivative: the value is traced for the gradient. */
interface Differentiated {
  readonly primal?: { readonly _trace?: { readonly main?: Level } };
}

/**
 * The engine's `valueAndGrad` of a scalar with an auxiliary output, with the level of tracing closed that it opens for every
 * gradient and leaves open. Left so, the stack of traces grows, and what traces a program around a gradient closes that level in
 * place of its own, so that all that was traced of a compiled gradient is kept for good: 0.12 MB a trial of `minimand compare`.
 */
export function valueAndGradient<P extends Tree>(
  f: (params: P, ...rest: Tree[]) => [np.Array, Tree],
): (params: P, ...rest: Tree[]) => WithAux<P> {
  return (...given) => {
    let level: Level | undefined;
    const followed = (params: P, ...rest: Tree[]): [np.Array, Tree] => {
      const [first] = leavesOf(params) as (np.Array & Differentiated)[];
      level = first?.primal?._trace?.main;
      return f(params, ...rest);
    };
    // The engine's types can't express "any tree"; the cast is confined to this line.
    const run = valueAndGrad(followed as never, { hasAux: true }) as unknown as (...a: Tree[]) => WithAux<P>;
    try {
      return run(...given);
    } finally {
      level?.[Symbol.dispose]?.();
    }
  };
}
