import type { Atom, Equation, Program } from "./lower.ts";

/** What a value is: a number, the result of a primitive, or anything. The same object stands for the same value. */
export type Pattern = number | Result | { any: string };
interface Result {
  primitive: string;
  operands: readonly Pattern[];
}
export const of = (primitive: string, ...operands: Pattern[]): Result => ({ primitive, operands });

/** Whether a value is what the pattern says; fills in which value each part of it is. */
export function matches(
  atom: Atom,
  pattern: Pattern,
  origin: ReadonlyMap<Atom, Equation>,
  found: Map<Pattern, Atom>,
): boolean {
  if (typeof pattern === "number") return "value" in atom && atom.value === pattern;
  const before = found.get(pattern);
  if (before !== undefined) return before === atom;
  found.set(pattern, atom);
  if ("any" in pattern) return true;
  const { primitive, operands } = pattern;
  const eqn = origin.get(atom);
  return (
    eqn?.primitive === primitive &&
    eqn.inputs.length === operands.length &&
    operands.every((operand, i) => matches(eqn.inputs[i], operand, origin, found))
  );
}

/** Returns the program without what nothing asks for. */
export function live({ inBinders, eqns, outs }: Program): Program {
  const asked = new Set<Atom>(outs);
  const kept = eqns.toReversed().filter(({ inputs, outBinders }) => {
    if (!outBinders.some((binder) => asked.has(binder))) return false;
    for (const input of inputs) asked.add(input);
    return true;
  });
  return { inBinders, eqns: kept.toReversed(), outs };
}

export type Uses = ReadonlyMap<Atom, readonly (Equation | undefined)[]>;

/** Returns the equations that read each value, once for each time; undefined stands for a result of the program. */
export function usesOf({ eqns, outs }: Program): Uses {
  const uses = new Map<Atom, (Equation | undefined)[]>();
  const add = (atom: Atom, eqn?: Equation): void => {
    uses.set(atom, [...(uses.get(atom) ?? []), eqn]);
  };
  for (const eqn of eqns) for (const atom of eqn.inputs) add(atom, eqn);
  for (const atom of outs) add(atom);
  return uses;
}
