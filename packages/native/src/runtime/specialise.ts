import { type numpy as np, tree } from "@jax-js/jax";
import { type Compiled, float64Numbers, hasFloat64, rangeError, type Tree } from "minimand/engine";
import { type Pieces, toParts, toPieces } from "./parts.ts";
import type { Leaf } from "./places.ts";
import { makeProgram, type NativeProgram } from "./program.ts";
import type { SessionOptions } from "./session.ts";

/** A function that makes a program for each kind of arguments. */
export interface Specialised<A extends Tree[], R extends Tree> {
  /** Compiles for these arguments, unless it is done already. */
  prepare(args: A): void;
  call: Compiled<A, R>;
  /** As `loop` of a `Compile`, of a function of three arguments whose result is what is passed on, and what is reported. */
  block(carry: Tree, xs: readonly Tree[], fixed: Tree): R;
  /** As `together` of a `Compile`, of such a function. */
  together(carry: Tree, xs: readonly Tree[], fixed: Tree): R;
}

type Specialisation = { program: NativeProgram; treedef: tree.JsTreeDef };

/** Returns a function with its programs, one for each kind of arguments. */
export function specialise<A extends Tree[], R extends Tree>(
  fn: (...args: A) => R,
  { maxShapes = 8, ...options }: SessionOptions & { maxShapes?: number },
): Specialised<A, R> {
  const programs = new Map<string, Specialisation>();
  const ofSeveral = new Map<string, Specialisation>();
  /** Of what is run for several values at once: one trace serves all numbers of them. */
  const traces = new Map<string, Pieces>();
  let disposed = false;
  const keyOf = (leaves: readonly Leaf[], structure: tree.JsTreeDef): string => {
    if (disposed) throw new Error("fn: expected a compiled function in use, got one that was disposed");
    return `${structure} ${leaves.map(kindOf).join()}`;
  };
  const programOf = (args: readonly unknown[]): Specialisation & { leaves: Leaf[] } => {
    const [leaves, structure] = flatten(args);
    const key = keyOf(leaves, structure);
    let specialised = programs.get(key);
    if (specialised === undefined) {
      if (programs.size === maxShapes)
        throw rangeError(
          "args",
          `at most ${maxShapes} different shapes (pad batches to one size, with weight 0)`,
          `${leaves.map(kindOf).join(", ")}`,
        );
      const known = traces.get(key);
      const pieces = known ?? toPieces(fn, args);
      try {
        specialised = { program: makeProgram(toParts(pieces), options), treedef: pieces.traced.treedef };
      } finally {
        if (known === undefined) free(pieces);
      }
      programs.set(key, specialised);
    }
    return { ...specialised, leaves };
  };
  /** @param args as of one value; `own` says of each whether there are several */
  const programOfSeveral = (
    count: number,
    args: readonly unknown[],
    own: readonly boolean[],
  ): Specialisation => {
    const key = keyOf(...flatten(args));
    let specialised = ofSeveral.get(`${count} ${key}`);
    if (specialised === undefined) {
      const pieces = traces.get(key) ?? toPieces(fn, args);
      traces.set(key, pieces);
      const program = makeProgram(toParts(pieces, { count, args: own }), options);
      specialised = { program, treedef: pieces.traced.treedef };
      ofSeveral.set(`${count} ${key}`, specialised);
    }
    return specialised;
  };
  const programFor = (given: A) => programOf(hasFloat64(given) ? float64Numbers(given) : given);
  const call = (...args: A): R => {
    const { program, treedef, leaves } = programFor(args);
    return tree.unflatten(treedef, program.run(leaves) as never) as unknown as R;
  };
  const block = (...given: [Tree, readonly Tree[], Tree]): R => {
    const [carry, xs, fixed] = (
      hasFloat64(given as Tree[]) ? float64Numbers(given as Tree[]) : given
    ) as typeof given;
    const { program, treedef } = programOf([carry, xs[0], fixed]);
    return runSteps(program, treedef, [carry, xs, fixed]);
  };
  const together = (...given: [Tree, readonly Tree[], Tree]): R => {
    const [carry, xs, fixed] = given;
    const [carried, own, same] = [carry, xs[0], fixed].map((part) => flatten([part])[0]);
    const one = [
      mapLeaves(carry, (leaf) => oneOf(leaf as np.Array)),
      xs[0],
      mapLeaves(fixed, (leaf) => numberOr(oneOf(leaf as np.Array))),
    ];
    const { program, treedef } = programOfSeveral(countOf([...carried, ...same]), one, [
      ...carried.map(() => true),
      ...own.map(() => false),
      ...same.map(() => true),
    ]);
    return runSteps(program, treedef, given);
  };
  const runSteps = (
    program: NativeProgram,
    treedef: tree.JsTreeDef,
    [carry, xs, fixed]: [Tree, readonly Tree[], Tree],
  ): R => {
    const own = xs.map((x) => flatten([x]));
    const kinds = own.map(([leaves, structure]) => `${structure} ${leaves.map(kindOf).join()}`);
    const other = kinds.find((kind) => kind !== kinds[0]);
    if (other !== undefined) throw rangeError("xs", `arguments of one kind, ${kinds[0]}`, other);
    const results = program.runBlock({
      carry: flatten([carry])[0],
      xs: own.map(([leaves]) => leaves),
      fixed: flatten([fixed])[0],
    });
    return tree.unflatten(treedef, results as never) as unknown as R;
  };
  const dispose = (): void => {
    for (const { program } of [...programs.values(), ...ofSeveral.values()]) program.dispose();
    programs.clear();
    ofSeveral.clear();
    for (const pieces of traces.values()) free(pieces);
    traces.clear();
    disposed = true;
  };
  return {
    prepare: (args) => void programFor(args),
    call: Object.assign(call, { dispose }),
    block,
    together,
  };
}

function free({ traced }: Pieces): void {
  for (const constant of traced.consts) constant.dispose();
}

const flatten = (args: readonly unknown[]): [Leaf[], tree.JsTreeDef] =>
  tree.flatten(args as never) as unknown as [Leaf[], tree.JsTreeDef];

const mapLeaves = (part: Tree, f: (leaf: Leaf) => unknown): unknown =>
  (tree.map as unknown as (f: (leaf: Leaf) => unknown, part: Tree) => unknown)(f, part);

/** The length of the first axis of several values, which all of them have. */
function countOf(leaves: readonly Leaf[]): number {
  const [first] = leaves;
  const count = typeof first === "object" ? first.shape[0] : undefined;
  const wrong = leaves.find((leaf) => typeof leaf === "number" || leaf.shape[0] !== count);
  if (count === undefined || wrong !== undefined)
    throw rangeError("carry, fixed", `arrays with the same first axis (${count})`, wrong);
  return count;
}

/** One of several values, as a trace looks at it. */
function oneOf({ aval }: np.Array): np.Array["aval"] {
  const { shape, dtype, weakType } = aval;
  const Aval = aval.constructor as new (...args: unknown[]) => np.Array["aval"];
  return new Aval(shape.slice(1), dtype, weakType);
}

/** What is fixed is given as an array where it would be a number of one value. */
const numberOr = (aval: np.Array["aval"]): unknown =>
  aval.shape.length === 0 && aval.dtype === "float32" ? 0 : aval;

/** A number is of the kind of the array that the engine makes of it. */
function kindOf(leaf: np.Array | number): string {
  if (typeof leaf === "number") return "float32[]*";
  return `${leaf.dtype}[${leaf.shape}]${leaf.weakType ? "*" : ""}`;
}
