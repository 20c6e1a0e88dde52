import { type numpy as np, tree } from "@jax-js/jax";
import { type Compiled, float64Numbers, hasFloat64, rangeError, type Tree } from "minimand/engine";
import type { Parts } from "./parts.ts";
import { makeProgram, type NativeProgram } from "./program.ts";
import type { SessionOptions } from "./session.ts";

/** How a function and its arguments become a program. */
export type Write = (fn: (...args: never[]) => unknown, args: readonly Tree[]) => Parts;

/** A function that makes a program for each kind of arguments. */
export interface Specialised<A extends Tree[], R extends Tree> {
  /** Compiles for these arguments, unless it is done already. */
  prepare(args: A): void;
  call: Compiled<A, R>;
}

/** A function with its programs, one for each kind of arguments. */
export function specialise<A extends Tree[], R extends Tree>(
  fn: (...args: A) => R,
  write: Write,
  { maxShapes = 8, ...options }: SessionOptions & { maxShapes?: number },
): Specialised<A, R> {
  const programs = new Map<string, { program: NativeProgram; treedef: tree.JsTreeDef }>();
  let disposed = false;
  const programFor = (given: A) => {
    if (disposed) throw new Error("fn: expected a compiled function in use, got one that was disposed");
    const args = hasFloat64(given) ? float64Numbers(given) : given;
    const [leaves, structure] = tree.flatten(args as never) as unknown as [
      (np.Array | number)[],
      tree.JsTreeDef,
    ];
    const key = `${structure} ${leaves.map(kindOf).join()}`;
    let specialised = programs.get(key);
    if (specialised === undefined) {
      if (programs.size === maxShapes)
        throw rangeError(
          "args",
          `at most ${maxShapes} different shapes (pad batches to one size, with weight 0)`,
          `${leaves.map(kindOf).join(", ")}`,
        );
      const written = write(fn, args);
      specialised = { program: makeProgram(written, options), treedef: written.program.treedef };
      programs.set(key, specialised);
    }
    return { ...specialised, leaves };
  };
  const call = (...args: A): R => {
    const { program, treedef, leaves } = programFor(args);
    return tree.unflatten(treedef, program.run(leaves) as never) as unknown as R;
  };
  const dispose = (): void => {
    for (const { program } of programs.values()) program.dispose();
    programs.clear();
    disposed = true;
  };
  return { prepare: (args) => void programFor(args), call: Object.assign(call, { dispose }) };
}

/** A number is of the kind of the array that the engine makes of it. */
function kindOf(leaf: np.Array | number): string {
  if (typeof leaf === "number") return "float32[]*";
  return `${leaf.dtype}[${leaf.shape}]${leaf.weakType ? "*" : ""}`;
}
