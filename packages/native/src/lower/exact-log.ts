import type { Atom, Equation, Program } from "./lower.ts";

/** What a value is: a number, the result of a primitive, or anything. The same object stands for the same value. */
type Pattern = number | Result | { any: string };
interface Result {
  primitive: string;
  operands: readonly Pattern[];
}
const of = (primitive: string, ...operands: Pattern[]): Result => ({ primitive, operands });

/* As `log` of `minimand/engine` is traced: `y + 2 (x - exp y) / (x + exp y)` with `y = log x`. */
const x = { any: "argument" };
const inside = { any: "whether it is in the range of the correction" };
const y = of("log", x);
const safe = of("where", inside, of("stop_gradient", x), 1);
const e = of("exp", of("where", inside, of("stop_gradient", y), 0));
const twice = of("mul", of("add", safe, of("neg", e)), 2);
const correction = of("mul", twice, of("reciprocal", of("add", safe, e)));
const corrected = of("add", y, of("where", inside, correction, 0));

/**
 * A traced program without the corrections of logarithms, which `log` of `minimand/engine` has for the engine's kernels: what
 * they add is 0 where logarithms and exponentials are exact.
 */
export function withoutLogCorrections({ inBinders, eqns, outs }: Program): Program {
  const origin = new Map<Atom, Equation>();
  const logarithm = new Map<Atom, Atom>();
  const given = (atom: Atom): Atom => logarithm.get(atom) ?? atom;
  const plain = eqns.map((eqn) => {
    const { primitive, params, outBinders } = eqn;
    const inputs = eqn.inputs.map(given);
    const next: Equation = { primitive, params, outBinders, inputs, toString: () => eqn.toString() };
    for (const binder of outBinders) origin.set(binder, next);
    const found = new Map<Pattern, Atom>();
    if (primitive === "add" && matches(outBinders[0], corrected, origin, found))
      logarithm.set(outBinders[0], found.get(y)!);
    return next;
  });
  return live({ inBinders, eqns: plain, outs: outs.map(given) });
}

/** Whether a value is what the pattern says; fills in which value each part of it is. */
function matches(
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

/** The program without what nothing asks for. */
function live({ inBinders, eqns, outs }: Program): Program {
  const asked = new Set<Atom>(outs);
  const kept = eqns.toReversed().filter(({ inputs, outBinders }) => {
    if (!outBinders.some((binder) => asked.has(binder))) return false;
    for (const input of inputs) asked.add(input);
    return true;
  });
  return { inBinders, eqns: kept.toReversed(), outs };
}
