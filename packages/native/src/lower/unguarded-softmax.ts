import type { Atom, Equation, Program, Variable } from "./lower.ts";
import { live, matches, of, type Pattern, type Uses, usesOf } from "./pattern.ts";
import { sameNumbers } from "./view.ts";

/* As `logSoftmax` of `minimand/engine` is traced. */
const x = { any: "argument" };
const maximum = of("reduce", of("stop_gradient", x));
const kept = of("reshape", maximum);
const guard = of("compare", Number.NEGATIVE_INFINITY, kept);
const shift = of("where", guard, kept, 0);
const negative = of("neg", shift);
const shifted = of("add", x, negative);
const exponential = of("exp", shifted);
const total = of("reduce", exponential);
const sum = of("reshape", total);
const logarithm = of("log", sum);
const result = of("add", shifted, of("neg", logarithm));
const parts = [guard, kept, shift, negative, shifted, exponential, total, sum, logarithm, result];

/**
 * Returns a traced program whose softmaxes take maxima that may pass over NaN, and shift by those that are infinite. It does so where
 * exponentials are read only by their sum and by what is divided by it. A row with NaN, or of nothing but -Infinity, is all NaN either way.
 */
export function withUnguardedSoftmax(program: Program): Program {
  let current = program;
  for (const { primitive, outBinders } of program.eqns)
    if (primitive === "add") current = unguarded(current, outBinders[0]) ?? current;
  return current;
}

function unguarded(program: Program, out: Variable): Program | undefined {
  const { inBinders, eqns, outs } = program;
  const origin = new Map<Atom, Equation>(eqns.flatMap((eqn) => eqn.outBinders.map((v) => [v, eqn] as const)));
  const found = new Map<Pattern, Atom>();
  if (!matches(out, result, origin, found)) return undefined;
  const at = (pattern: Pattern): Atom => found.get(pattern)!;
  const last = out.aval.shape.length - 1;
  const overLast = (pattern: Pattern, op: string): boolean => {
    const { params } = origin.get(at(pattern))!;
    return params.op === op && sameNumbers(params.axis, [last]);
  };
  const column = [...out.aval.shape.slice(0, -1), 1];
  const alongRows = [kept, sum].every((pattern) => sameNumbers(at(pattern).aval.shape, column));
  if (!alongRows || !overLast(maximum, "Max") || !overLast(total, "Add")) return undefined;
  if (!sameNumbers(at(x).aval.shape, out.aval.shape)) return undefined;
  const uses = usesOf(program);
  const usedOnly = (atom: Atom, by: readonly (Equation | undefined)[]): boolean =>
    (uses.get(atom) ?? []).every((use) => by.includes(use));
  const own = parts.map((part) => origin.get(at(part)));
  const slopes = gradientOf(at(exponential), at(sum), uses);
  if (slopes === undefined) return undefined;
  const inside = [maximum, kept, guard, shift, shifted, total].map(at);
  if (!inside.every((atom) => usedOnly(atom, own))) return undefined;
  if (!usedOnly(at(sum), [...own, ...slopes.reciprocals])) return undefined;
  if (!usedOnly(at(exponential), [...own, ...slopes.products])) return undefined;
  const next = eqns.map((eqn): Equation => {
    const inputs = eqn.inputs.map((atom) => (atom === at(shift) ? at(kept) : atom));
    const params = eqn.outBinders[0] === at(maximum) ? { ...eqn.params, passesOverNaN: true } : eqn.params;
    const { primitive, outBinders } = eqn;
    return { primitive, params, inputs, outBinders, toString: () => eqn.toString() };
  });
  return live({ inBinders, eqns: next, outs });
}

interface Slopes {
  /** Products with the exponentials. */
  products: Equation[];
  /** 1 over the sum. */
  reciprocals: Equation[];
}

/** How a gradient uses the exponentials and their sum; undefined where it does so in any other way. */
function gradientOf(exponential: Atom, sum: Atom, uses: Uses): Slopes | undefined {
  const reciprocals = (uses.get(sum) ?? []).filter((eqn) => eqn?.primitive === "reciprocal") as Equation[];
  const products: Equation[] = [];
  for (const { outBinders } of reciprocals)
    for (const quotient of uses.get(outBinders[0]) ?? []) {
      if (quotient?.primitive !== "mul") return undefined;
      const [out] = quotient.outBinders;
      // Seen through other shapes it is multiplied by the exponentials, and goes nowhere else.
      let value: Atom = out;
      for (;;) {
        const next: readonly (Equation | undefined)[] = uses.get(value) ?? [];
        if (next.length !== 1 || next[0] === undefined) return undefined;
        const [use] = next as [Equation];
        if (use.primitive === "mul" && use.inputs.includes(exponential)) {
          products.push(use);
          break;
        }
        if (use.primitive !== "reshape" && use.primitive !== "broadcast") return undefined;
        value = use.outBinders[0];
      }
    }
  return { products, reciprocals };
}
