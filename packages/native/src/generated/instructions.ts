import type { Equation } from "../lower/lower.ts";
import type { Code } from "./assembler.ts";
import { constant, simd } from "./assembler.ts";

/** Types of 32 bits. A boolean is a mask here: all bits are set, or none is. */
const types = ["float32", "int32", "uint32", "bool"] as const;
export type Lane = (typeof types)[number];

export const isLane = (dtype: string): dtype is Lane => types.some((type) => type === dtype);

/** How an equation is computed, four elements at once, from the code of its operands. */
type Instruction = (...operands: Code[]) => Code;

const binary =
  (instruction: number): Instruction =>
  (a, b) => [...a, ...b, ...simd(instruction)];
const unary =
  (instruction: number): Instruction =>
  (x) => [...x, ...simd(instruction)];
/** With operands of which one is known. */
const after =
  (first: number, instruction: number): Instruction =>
  (x) => [...constant(first), ...x, ...simd(instruction)];

const [and, or, xor] = [0x4e, 0x50, 0x51].map(binary);
const one = bitsOf(1, "float32");
/** Operations on values of one type, with a result of it. Minima and maxima of NaN are NaN, and that of 0 and -0 is decided by the sign. */
const arithmetic: Record<Lane, Record<string, Instruction>> = {
  float32: {
    add: binary(0xe4),
    mul: binary(0xe6),
    min: binary(0xe8),
    max: binary(0xe9),
    neg: unary(0xe1),
    sqrt: unary(0xe3),
    ceil: unary(0x67),
    floor: unary(0x68),
    reciprocal: after(one, 0xe7),
  },
  int32: { add: binary(0xae), mul: binary(0xb5), min: binary(0xb6), max: binary(0xb8), neg: unary(0xa1) },
  uint32: { add: binary(0xae), mul: binary(0xb5), min: binary(0xb7), max: binary(0xb9), neg: unary(0xa1) },
  bool: { add: or, mul: and, min: and, max: or },
};

/** `a / b` of floats: what a product with a reciprocal is. */
export const division: Instruction = binary(0xe7);

/** True is -1 in a mask, so that of booleans the order is the other way round. */
const comparisons: Record<Lane, Record<string, Instruction>> = {
  float32: { equal: binary(0x41), not_equal: binary(0x42), less: binary(0x43), less_equal: binary(0x45) },
  int32: { equal: binary(0x37), not_equal: binary(0x38), less: binary(0x39), less_equal: binary(0x3d) },
  uint32: { equal: binary(0x37), not_equal: binary(0x38), less: binary(0x3a), less_equal: binary(0x3e) },
  bool: { equal: binary(0x37), not_equal: binary(0x38), less: binary(0x3b), less_equal: binary(0x3f) },
};

const isNotZero = after(0, 0x38);
const same: Instruction = (x) => x;
/** From one type to another as JavaScript converts numbers: integers take their nearest end, and 0 for NaN. */
const conversions: Record<Lane, Record<Lane, Instruction>> = {
  float32: { float32: same, int32: unary(0xf8), uint32: unary(0xf9), bool: after(0, 0x42) },
  int32: { float32: unary(0xfa), int32: same, uint32: same, bool: isNotZero },
  uint32: { float32: unary(0xfb), int32: same, uint32: same, bool: isNotZero },
  bool: {
    float32: (x) => and(x, constant(one)),
    int32: (x) => and(x, constant(1)),
    uint32: (x) => and(x, constant(1)),
    bool: same,
  },
};

/** In memory a boolean is an integer. */
export const fromMemory = (type: Lane): Instruction => (type === "bool" ? isNotZero : same);
export const toMemory = (type: Lane): Instruction => (type === "bool" ? conversions.bool.int32 : same);

/** Whether the values of an equation are those of its operand, in another shape. */
export const isAlias = ({ primitive }: Equation): boolean =>
  primitive === "reshape" || primitive === "broadcast" || primitive === "stop_gradient";

/** Returns the instruction of an equation; undefined if no instruction gives the same bits. */
export function instructionOf({ primitive, params, inputs, outBinders }: Equation): Instruction | undefined {
  const out = outBinders[0].aval.dtype;
  const given = inputs.map(({ aval }) => aval.dtype);
  if (!isLane(out) || !given.every(isLane) || outBinders.length !== 1) return undefined;
  if (primitive === "cast") return params.dtype === out ? conversions[given[0]][out] : undefined;
  if (primitive === "where") {
    if (given[0] !== "bool" || given[1] !== out || given[2] !== out) return undefined;
    return (condition, a, b) => [...a, ...b, ...condition, ...simd(0x52)];
  }
  if (primitive === "compare") return given[0] === given[1] ? comparisons[given[0]][params.op] : undefined;
  if (!given.every((type) => type === out)) return undefined;
  if (primitive === "bit_combine")
    return out === "float32" ? undefined : ({ and, or, xor } as Record<string, Instruction>)[params.op];
  return arithmetic[out][primitive];
}

/** Returns the 32 bits of a number in a type. */
export function bitsOf(value: number, type: Lane): number {
  const words = new Uint32Array(1);
  if (type === "float32") new Float32Array(words.buffer)[0] = value;
  else if (type === "bool") words[0] = value ? 0xffffffff : 0;
  else new Int32Array(words.buffer)[0] = value;
  return words[0];
}
