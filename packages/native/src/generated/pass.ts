import type { Atom, Equation, Variable } from "../lower/lower.ts";
import { sameNumbers } from "../lower/view.ts";
import {
  assemble,
  type Code,
  constant,
  get,
  load,
  loadOne,
  loadSplat,
  loop,
  set,
  store,
  storeOne,
  sum,
} from "./assembler.ts";
import { bitsOf, division, fromMemory, instructionOf, isAlias, type Lane, toMemory } from "./instructions.ts";
import { type GeneratedKernels, isLiteral, isNumber, sizeOfValue } from "./kernels.ts";
import { loopsOf } from "./loops.ts";

/**
 * Compiles generated kernels to WebAssembly: one function of the addresses of its inputs and outputs, in this order. Numbers come first,
 * then a loop for each group of vectors, four elements at a time and the rest one by one.
 */
export function assembleKernels({ inputs, equations, outputs }: GeneratedKernels): Uint8Array<ArrayBuffer> {
  const parameters = inputs.length + outputs.length;
  const counter = parameters;
  const locals = localsFrom(parameters + 1);
  const makers = new Map<Atom, Equation>(equations.map((eqn) => [eqn.outBinders[0], eqn]));
  const body: number[] = [];
  const compute = (eqn: Equation): Code => {
    const [out] = eqn.outBinders;
    if (isAlias(eqn)) {
      locals.share(out, eqn.inputs[0]);
      return [];
    }
    return set(locals.of(out), codeOf(eqn, makers, locals.read));
  };

  const isOne = ({ variable }: { variable: Variable }): boolean => isNumber(variable);
  for (const { variable, parameter } of withParameters(inputs, 0).filter(isOne))
    body.push(...set(locals.of(variable), fromMemory(laneOf(variable))(loadSplat(get(parameter)))));
  for (const eqn of equations) if (isNumber(eqn.outBinders[0])) body.push(...compute(eqn));
  for (const { variable, parameter } of withParameters(outputs, inputs.length).filter(isOne))
    body.push(...storeOne(get(parameter), toMemory(laneOf(variable))(locals.read(variable))));

  for (const group of loopsOf(equations)) {
    const read = new Set<Atom>(group.flatMap((eqn) => eqn.inputs));
    const made = new Set<Atom>(group.map((eqn) => eqn.outBinders[0]));
    const vectors = withParameters(inputs, 0).filter((p) => read.has(p.variable) && !isOne(p));
    const results = withParameters(outputs, inputs.length).filter(({ variable }) => made.has(variable));
    const once = (loadPart: typeof load, storePart: typeof store): Code => [
      ...vectors.flatMap(({ variable, parameter }) =>
        set(locals.of(variable), fromMemory(laneOf(variable))(loadPart(sum(get(parameter), get(counter))))),
      ),
      ...group.flatMap(compute),
      ...results.flatMap(({ variable, parameter }) =>
        storePart(sum(get(parameter), get(counter)), toMemory(laneOf(variable))(locals.read(variable))),
      ),
    ];
    const bytes = 4 * sizeOfValue(group[0].outBinders[0]);
    const whole = bytes - (bytes % 16);
    body.push(...loop(counter, { from: 0, to: whole, by: 16 }, once(load, store)));
    body.push(...loop(counter, { from: whole, to: bytes, by: 4 }, once(loadOne, storeOne)));
  }
  return assemble({
    parameters,
    counters: 1,
    values: locals.count(),
    body: [...locals.constants(), ...body],
  });
}

/** A product with a reciprocal of its own size is a division, as it is in the graph. */
function codeOf(eqn: Equation, makers: ReadonlyMap<Atom, Equation>, read: (atom: Atom) => Code): Code {
  const [out] = eqn.outBinders;
  if (eqn.primitive === "mul" && out.aval.dtype === "float32")
    for (const [x, y] of [eqn.inputs, eqn.inputs.toReversed()]) {
      const maker = makers.get(y);
      if (maker?.primitive === "reciprocal" && sameNumbers(y.aval.shape, out.aval.shape))
        return division(read(x), read(maker.inputs[0]));
    }
  return instructionOf(eqn)!(...eqn.inputs.map(read));
}

/** Local variables of values, numbered from the first on. */
function localsFrom(first: number) {
  const known = new Map<Atom, number>();
  const constants = new Map<number, number>();
  let count = 0;
  const of = (atom: Atom): number => {
    const local = known.get(atom) ?? first + count++;
    known.set(atom, local);
    return local;
  };
  const localOf = (atom: Atom): number => {
    if (!isLiteral(atom)) return of(atom);
    const bits = bitsOf(atom.value, laneOf(atom));
    const local = constants.get(bits) ?? first + count++;
    constants.set(bits, local);
    return local;
  };
  return {
    of,
    read: (atom: Atom): Code => get(localOf(atom)),
    /** Gives a value the variable of another one. */
    share: (atom: Atom, other: Atom): void => void known.set(atom, localOf(other)),
    count: () => count,
    /** Sets the variables of all literals. */
    constants: (): Code => [...constants].flatMap(([bits, local]) => set(local, constant(bits))),
  };
}

function withParameters<T extends object>(ports: readonly T[], first: number): (T & { parameter: number })[] {
  return ports.map((port, i) => ({ ...port, parameter: first + i }));
}

const laneOf = ({ aval }: Variable): Lane => aval.dtype as Lane;
