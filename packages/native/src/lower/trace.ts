import { makeJaxpr, numpy as np, tree } from "@jax-js/jax";
import { typeError, withExactNumbers } from "minimand/engine";
import { withoutLogCorrections } from "./exact-log.ts";
import type { Program } from "./lower.ts";
import { withTransposedProducts } from "./transposed-products.ts";
import { withUnguardedSoftmax } from "./unguarded-softmax.ts";

/** A function as the engine sees it: its equations, constants, and the structure of its result. */
export interface Traced {
  program: Program;
  /** Values of the first inputs of the program. Owned. */
  consts: np.Array[];
  treedef: tree.JsTreeDef;
}

/** The class above all arrays, concrete and traced. */
const Tracer = Object.getPrototypeOf(np.Array.prototype) as object;

/**
 * Traces a function for arguments of given shapes.
 *
 * @param args trees whose leaves are arrays (only looked at, not consumed) or numbers
 * @throws TypeError where the function reads a value while it is traced
 */
export function trace(f: (...args: never[]) => unknown, args: readonly unknown[]): Traced {
  const [leaves, structure] = tree.flatten<unknown>(args as never);
  const avals = leaves.map((leaf) => (leaf instanceof np.Array ? leaf.aval : leaf));
  // The engine answers a comparison of a traced value silently with some constant.
  Object.defineProperty(Tracer, Symbol.toPrimitive, { value: refuse, configurable: true });
  try {
    const given = tree.unflatten(structure, avals) as unknown as unknown[];
    const { jaxpr, treedef } = withExactNumbers(
      () => (makeJaxpr as unknown as MakeTrace)(f)(...given),
      "all",
    );
    return {
      program: withTransposedProducts(
        withUnguardedSoftmax(withoutLogCorrections(jaxpr.jaxpr.flatten().simplify())),
      ),
      consts: jaxpr.consts,
      treedef,
    };
  } catch (error) {
    const method = /\.(js|jsAsync|item|data|dataSync|blockUntilReady) is not a function/.exec(
      (error as Error).message,
    )?.[1];
    if (method === undefined) throw error;
    throw reading(`.${method}()`);
  } finally {
    delete (Tracer as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive];
  }
}

type MakeTrace = (
  f: unknown,
) => (...args: unknown[]) => { jaxpr: { jaxpr: Engine; consts: np.Array[] }; treedef: tree.JsTreeDef };

interface Engine extends Program {
  flatten(): Engine;
  simplify(): Engine;
}

function refuse(this: { toString(): string }, hint: string): string {
  // Error messages of the engine print traced values.
  if (hint === "string") return this.toString();
  throw reading("a comparison or a conversion to a number");
}

function reading(what: string): TypeError {
  return typeError(
    "fn",
    "a function that only computes with arrays",
    `one that reads a value while traced (${what})`,
  );
}
