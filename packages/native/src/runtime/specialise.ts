import { type numpy as np, tree } from "@jax-js/jax";
import { type Compiled, float64Numbers, hasFloat64, rangeError, type Tree } from "minimand/engine";
import { toParts } from "./parts.ts";
import type { Leaf } from "./places.ts";
import { makeProgram, type NativeProgram } from "./program.ts";
import type { SessionOptions } from "./session.ts";

/** A function that makes a program for each kind of arguments. */
export interface Specialised<A extends Tree[], R extends Tree> {
  /** Compiles for these arguments, unless it is done already. */
  prepare(args: A): void;
  call: Compiled<A, R>;
  /** As `loop` of a `Compile`, of a function of three arguments whose result is what is handed on, and what is told. */
  block(carry: Tree, xs: readonly Tree[], fixed: Tree): R;
}

/** A function with its programs, one for each kind of arguments. */
export function specialise<A extends Tree[], R extends Tree>(
  fn: (...args: A) => R,
  { maxShapes = 8, ...options }: SessionOptions & { maxShapes?: number },
): Specialised<A, R> {
  const programs = new Map<string, { program: NativeProgram; treedef: tree.JsTreeDef }>();
  let disposed = false;
  const programFor = (given: A) => {
    if (disposed) throw new Error("fn: expected a compiled function in use, got one that was disposed");
    const args = hasFloat64(given) ? float64Numbers(given) : given;
    const [leaves, structure] = flatten(args);
    const key = `${structure} ${leaves.map(kindOf).join()}`;
    let specialised = programs.get(key);
    if (specialised === undefined) {
      if (programs.size === maxShapes)
        throw rangeError(
          "args",
          `at most ${maxShapes} different shapes (pad batches to one size, with weight 0)`,
          `${leaves.map(kindOf).join(", ")}`,
        );
      const parts = toParts(fn, args);
      specialised = { program: makeProgram(parts, options), treedef: parts.program.treedef };
      programs.set(key, specialised);
    }
    return { ...specialised, leaves, key };
  };
  const call = (...args: A): R => {
    const { program, treedef, leaves } = programFor(args);
    return tree.unflatten(treedef, program.run(leaves) as never) as unknown as R;
  };
  const block = (...given: [Tree, readonly Tree[], Tree]): R => {
    const [carry, xs, fixed] = (
      hasFloat64(given as Tree[]) ? float64Numbers(given as Tree[]) : given
    ) as typeof given;
    const { program, treedef, leaves } = programFor([carry, xs[0], fixed] as Tree[] as A);
    const carried = flatten([carry])[0].length;
    const own = xs.map((x) => flatten([x]));
    const kinds = own.map(([leaves, structure]) => `${structure} ${leaves.map(kindOf).join()}`);
    const other = kinds.find((kind) => kind !== kinds[0]);
    if (other !== undefined) throw rangeError("xs", `arguments of one kind, ${kinds[0]}`, other);
    const results = program.runBlock({
      carry: leaves.slice(0, carried),
      xs: own.map(([leaves]) => leaves),
      fixed: leaves.slice(carried + own[0][0].length),
    });
    return tree.unflatten(treedef, results as never) as unknown as R;
  };
  const dispose = (): void => {
    for (const { program } of programs.values()) program.dispose();
    programs.clear();
    disposed = true;
  };
  return { prepare: (args) => void programFor(args), call: Object.assign(call, { dispose }), block };
}

const flatten = (args: readonly Tree[]): [Leaf[], tree.JsTreeDef] =>
  tree.flatten(args as never) as unknown as [Leaf[], tree.JsTreeDef];

/** A number is of the kind of the array that the engine makes of it. */
function kindOf(leaf: np.Array | number): string {
  if (typeof leaf === "number") return "float32[]*";
  return `${leaf.dtype}[${leaf.shape}]${leaf.weakType ? "*" : ""}`;
}
