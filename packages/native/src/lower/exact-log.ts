import type { Atom, Equation, Program } from "./lower.ts";
import { live, matches, of, type Pattern } from "./pattern.ts";

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
 * Returns a traced program without the corrections of logarithms, which `log` of `minimand/engine` has for the engine's kernels: what they
 * add is 0 where logarithms and exponentials are exact.
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
