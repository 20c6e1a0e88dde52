import {
  type Atom,
  type Equation,
  type Program,
  UnsupportedPrimitiveError,
  type Variable,
} from "../lower/lower.ts";
import { movedParams } from "./moved-params.ts";

/** What messages name. */
type Place = { toString(): string };

/**
 * Returns a traced program, batched: for `count` values of some inputs it computes what it would for each of them alone. Those inputs and
 * all results have a new first axis, one entry per value; what depends on none of them is computed once.
 *
 * @param inputs whether there are several values of an input, by place
 * @throws UnsupportedPrimitiveError for an equation that has no counterpart with one axis more
 */
export function several(program: Program, inputs: readonly boolean[], count: number): Program {
  const known = new Map<Atom, Variable>();
  const variable = variablesLike(program);
  const withAxis = ({ aval }: Variable): Variable => variable([count, ...aval.shape], aval);
  const eqns: Equation[] = [];
  const emit = (eqn: Place, primitive: string, params: Equation["params"], of: Atom[], out: Variable[]) =>
    void eqns.push({ primitive, params, inputs: of, outBinders: out, toString: () => eqn.toString() });
  /** A value in the shape that numpy's rules broadcast to results of this many axes. */
  const aligned = (eqn: Place, atom: Atom, rank: number): Atom => {
    const own = known.get(atom);
    const missing = rank - atom.aval.shape.length;
    if (own === undefined || missing <= 0) return own ?? atom;
    const shape = [count, ...new Array<number>(missing).fill(1), ...atom.aval.shape];
    const view = variable(shape, own.aval);
    emit(eqn, "reshape", { shape }, [own], [view]);
    return view;
  };
  /** A value with the axis, which repeats it where it is the same for all. */
  const repeated = (eqn: Place, atom: Atom): Atom => {
    const own = known.get(atom);
    if (own !== undefined) return own;
    const view = withAxis(atom);
    emit(eqn, "broadcast", { shape: view.aval.shape, axis: [0] }, [atom], [view]);
    return view;
  };
  const inBinders = program.inBinders.map((v, i) => {
    if (!inputs[i]) return v;
    const view = withAxis(v);
    known.set(v, view);
    return view;
  });
  for (const eqn of program.eqns) {
    if (!eqn.inputs.some((atom) => known.has(atom))) {
      eqns.push(eqn);
      continue;
    }
    const moved = movedParams[eqn.primitive];
    if (moved === undefined)
      throw new UnsupportedPrimitiveError(eqn.primitive, " for several at once", String(eqn));
    const { params, operands } = moved(eqn.params, count);
    const rank = Math.max(...eqn.inputs.map((atom) => atom.aval.shape.length));
    const of = eqn.inputs.map((atom) =>
      operands === "aligned" ? aligned(eqn, atom, rank) : repeated(eqn, atom),
    );
    const out = eqn.outBinders.map(withAxis);
    emit(eqn, eqn.primitive, params, of, out);
    for (const [i, v] of eqn.outBinders.entries()) known.set(v, out[i]);
  }
  // A result that depends on nothing of the several is repeated.
  const outs = program.outs.map((atom) => repeated(outcome, atom));
  return { inBinders, eqns, outs };
}

/** Makes variables of the engine's own class: it runs equations of those that depend on nothing but keys. */
function variablesLike({ inBinders: [first], eqns }: Program) {
  const like = first ?? eqns[0].outBinders[0];
  const [Var, Aval] = [like, like.aval].map((x) => x.constructor as new (...of: unknown[]) => never);
  return (shape: readonly number[], { dtype, weakType }: Variable["aval"]): Variable =>
    new Var(new Aval(shape, dtype, weakType));
}

const outcome = { toString: () => "the results" };
