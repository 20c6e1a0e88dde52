import type { Atom, Equation, Program, Variable } from "./lower.ts";

/** A program in two parts: what the engine computes first, and the rest. */
export interface Parts {
  /** Inputs by position, equations, and the values that the rest takes as further inputs; null where nothing is needed. */
  prologue: { inputs: number[]; eqns: Equation[]; outs: Variable[] } | null;
  rest: Program;
}

/**
 * Takes the drawing of random numbers out of a program: the bits, and all that is computed from the same keys and
 * nothing else, such as uniform and normal numbers. They come into the rest as arguments.
 */
export function withoutRandomBits(program: Program): Parts {
  const sources = sourcesOf(program);
  const keys = new Set<Variable>();
  for (const eqn of program.eqns) {
    if (eqn.primitive !== "random_bits") continue;
    for (const v of eqn.outBinders) for (const source of sources.get(v)!) keys.add(source);
  }
  const isFirst = (eqn: Equation): boolean => {
    const from = sourcesOfAll(eqn, sources);
    return from.length > 0 && from.every((v) => keys.has(v));
  };
  const drawn = program.eqns.filter(isFirst);
  if (keys.size === 0) return { prologue: null, rest: program };
  // What comes from nothing but literals may be needed on both sides.
  const eqns = program.eqns.filter((eqn) => isFirst(eqn) || sourcesOfAll(eqn, sources).length === 0);
  const later = program.eqns.filter((eqn) => !isFirst(eqn));
  const produced = new Set(drawn.flatMap((eqn) => eqn.outBinders));
  const isMade = (atom: Atom): atom is Variable => produced.has(atom as Variable);
  const outs = [...new Set([...later.flatMap((eqn) => eqn.inputs), ...program.outs].filter(isMade))];
  const used = new Set(eqns.flatMap((eqn) => eqn.inputs));
  const inputs = program.inBinders.flatMap((v, i) => (used.has(v) ? [i] : []));
  return {
    prologue: { inputs, eqns, outs },
    rest: { inBinders: [...program.inBinders, ...outs], eqns: later, outs: program.outs },
  };
}

function sourcesOfAll(eqn: Equation, sources: Map<Variable, Set<Variable>>): Variable[] {
  return eqn.outBinders.flatMap((v) => [...sources.get(v)!]);
}

/** The inputs of the program, and the draws, that each value depends on: a draw may be from a key of literals. */
function sourcesOf(program: Program): Map<Variable, Set<Variable>> {
  const sources = new Map<Variable, Set<Variable>>(program.inBinders.map((v) => [v, new Set([v])]));
  for (const eqn of program.eqns) {
    const all = new Set<Variable>(eqn.primitive === "random_bits" ? eqn.outBinders : []);
    for (const atom of eqn.inputs) for (const v of sources.get(atom as Variable) ?? []) all.add(v);
    for (const v of eqn.outBinders) sources.set(v, all);
  }
  return sources;
}
