import { Jaxpr, jvp, numpy as np } from "@jax-js/jax";
import { zerosLike } from "./tree.ts";

/**
 * Runs `f`, in which the engine differentiates, and keeps integers right. The engine's own derivative of `mod` hands on the first operand
 * in place of the remainder of two integers. `x.mod(y)`, `np.remainder` and `np.floorDivide` are then wrong for operands that come from
 * what is differentiated, or that are in a `jit` that it goes through. The engine's own derivative of a product along axes throws for
 * integers.
 */
export function withIntegers<T>(f: () => T): T {
  trace ??= traceOfDerivatives();
  const rule = trace.processPrimitive;
  if (rule === right) return f();
  engines = rule;
  trace.processPrimitive = right;
  try {
    return f();
  } finally {
    trace.processPrimitive = rule;
  }
}

/** A value with its derivative. */
interface Pair {
  readonly dtype: string;
  readonly primal: np.Array;
  readonly tangent: np.Array;
}

/** What evaluates values with their derivatives. */
interface Forward {
  processPrimitive(primitive: string, operands: Pair[], params: Params): Pair[];
}

interface Params {
  jaxpr?: Jaxpr;
  op?: string;
  axis?: number[];
}

let trace: Forward | undefined;
let engines: Forward["processPrimitive"];

const right: Forward["processPrimitive"] = function (this: Forward, primitive, operands, params) {
  if (primitive === "jit")
    return engines.call(this, primitive, operands, { ...params, jaxpr: apart(params.jaxpr!) });
  if (!isWrong(primitive, operands, params)) return engines.call(this, primitive, operands, params);
  const [x] = operands;
  const [a, b] = operands.map(({ primal }) => primal);
  for (const { tangent } of operands) tangent.dispose();
  const value = primitive === "mod" ? a.mod(b) : np.prod(a, params.axis);
  const Pair = x.constructor as new (trace: Forward, primal: np.Array, tangent: np.Array) => Pair;
  return [new Pair(this, value, zerosLike(value))];
};

function isWrong(primitive: string, operands: readonly { dtype: string }[], { op }: Params): boolean {
  const covered = primitive === "mod" || (primitive === "reduce" && op === "Mul");
  return covered && operands.every(({ dtype }) => dtype.endsWith("int32"));
}

/** Programs that go wrong, and others of the same steps. */
const copies = new WeakMap<Jaxpr, Jaxpr>();

/** Another program of the same steps, if one of them goes wrong: the engine keeps what it once derived of a program. */
function apart(program: Jaxpr): Jaxpr {
  let copy = copies.get(program);
  if (copy === undefined) {
    copy = goesWrong(program) ? new Jaxpr(program.inBinders, program.eqns, program.outs) : program;
    copies.set(program, copy);
  }
  return copy;
}

function goesWrong({ eqns }: Jaxpr): boolean {
  return eqns.some((eqn) => {
    const { primitive, params } = eqn as unknown as { primitive: string; params: Params };
    if (primitive === "jit") return goesWrong(params.jaxpr!);
    return isWrong(
      primitive,
      eqn.inputs.map(({ aval }) => aval),
      params,
    );
  });
}

function traceOfDerivatives(): Forward {
  let found: unknown;
  type Jvp = (f: (x: np.Array) => np.Array, primals: [number], tangents: [number]) => np.Array[];
  (jvp as unknown as Jvp)(
    (x) => {
      found = Object.getPrototypeOf((x as unknown as { _trace: Forward })._trace);
      return x;
    },
    [0],
    [0],
  );
  return found as Forward;
}
