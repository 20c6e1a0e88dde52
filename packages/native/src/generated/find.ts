import type { Atom, Equation, Program, Variable } from "../lower/lower.ts";
import { instructionOf, isAlias, isLane } from "./instructions.ts";
import { isLiteral, isNumber, type Split, sizeOfValue } from "./kernels.ts";
import { loopsOf } from "./loops.ts";

/** Fewer operations in a loop don't pay for reading and writing its vectors once more. */
const fewest = 2;

/**
 * Finds the end of a program that can be computed element by element, after all the rest: equations whose results only they and the outputs
 * read. An optimizer's equations are such an end. Null if no such end is worth compiling.
 */
export function splitProgram(program: Program): Split | null {
  const refused = new Set<Equation>(program.eqns.filter(unfit(program)));
  for (;;) {
    const generated = last(program, refused);
    const dropped = notWorthwhile(program, generated);
    if (dropped.length === 0) return generated.length === 0 ? null : split(program, generated);
    for (const eqn of dropped) refused.add(eqn);
  }
}

/** Finds which equations can't be in generated kernels. */
function unfit({ eqns }: Program): (eqn: Equation) => boolean {
  // A sum of padded gradients is one concatenation in ONNX, see `lower/`.
  const joined = new Set<Atom>();
  for (const { primitive, inputs, outBinders } of eqns)
    if (primitive === "pad" || (primitive === "add" && inputs.some((x) => joined.has(x))))
      joined.add(outBinders[0]);
  return (eqn) => {
    const [out] = eqn.outBinders;
    const sizes = eqn.inputs.map(sizeOfValue);
    const size = sizeOfValue(out);
    if (size === 0 || joined.has(out)) return true;
    if (!sizes.every((other) => other === 1 || other === size)) return true;
    return isAlias(eqn) ? !isLane(out.aval.dtype) : instructionOf(eqn) === undefined;
  };
}

/** The equations, in order, that only such equations and the outputs need. */
function last({ eqns }: Program, refused: ReadonlySet<Equation>): Equation[] {
  const neededBefore = new Set<Atom>();
  const generated: Equation[] = [];
  for (const eqn of eqns.toReversed()) {
    if (!refused.has(eqn) && !eqn.outBinders.some((v) => neededBefore.has(v))) generated.push(eqn);
    else for (const atom of eqn.inputs) neededBefore.add(atom);
  }
  return generated.reverse();
}

/** Short loops, and numbers for which the head would have to hand over what no loop needs. */
function notWorthwhile({ inBinders }: Program, generated: readonly Equation[]): Equation[] {
  const short = loopsOf(generated).filter((loop) => loop.filter((eqn) => !isAlias(eqn)).length < fewest);
  if (short.length > 0) return short.flat();
  const made = new Set<Atom>(generated.flatMap(({ outBinders }) => outBinders));
  const needed = new Set<Atom>();
  for (const { inputs, outBinders } of generated.toReversed())
    if (!isNumber(outBinders[0]) || needed.has(outBinders[0])) for (const atom of inputs) needed.add(atom);
  const atHand = new Set<Atom>([...inBinders, ...[...needed].filter((atom) => !made.has(atom))]);
  return generated.filter(({ inputs, outBinders: [out] }) => {
    if (inputs.every((atom) => isLiteral(atom) || atHand.has(atom))) atHand.add(out);
    return isNumber(out) && !atHand.has(out) && !needed.has(out);
  });
}

function split({ inBinders, eqns, outs }: Program, generated: readonly Equation[]): Split {
  const equations = new Set(generated);
  const made = new Set<Atom>(generated.flatMap(({ outBinders }) => outBinders));
  const places = outs.map((_, index) => index);
  const kept = places.filter((index) => !made.has(outs[index]));
  const headOuts = kept.map((index) => outs[index]);
  const read = [...new Set(generated.flatMap(({ inputs }) => inputs))].filter(
    (atom): atom is Variable => !isLiteral(atom) && !made.has(atom),
  );
  const inputs = read.map((variable) => {
    const given = inBinders.indexOf(variable);
    if (given >= 0) return { variable, of: "program" as const, index: given };
    let index = headOuts.indexOf(variable);
    if (index < 0) index = headOuts.push(variable) - 1;
    return { variable, of: "head" as const, index };
  });
  const outputs = places
    .filter((index) => made.has(outs[index]))
    .map((index) => ({ variable: outs[index] as Variable, index }));
  return {
    head: { inBinders, eqns: eqns.filter((eqn) => !equations.has(eqn)), outs: headOuts },
    kept,
    generated: { inputs, equations: generated, outputs },
  };
}
