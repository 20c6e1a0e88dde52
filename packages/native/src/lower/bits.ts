import { cast, elementwise, literal } from "./elementwise.ts";
import type { Tensor } from "./graph.ts";
import { NoCounterpart, type Rule } from "./rule.ts";

/** How many bits are set: sums of neighbouring bits, pairs, fours and bytes, all at once. */
const bitCount: Rule = (graph, inputs, _params, [{ shape }]) => [
  elementwise(graph, inputs, shape, (g, [x], own) => {
    const op = (name: string, a: Tensor, b: Tensor): Tensor => g.op(name, [a, b], { shape: own });
    const mask = (a: Tensor, bits: number): Tensor => op("BitwiseAnd", a, literal(g, bits, "int64"));
    const shifted = (a: Tensor, by: number): Tensor => op("Div", a, literal(g, 2 ** by, "int64"));
    const bits = cast(g, cast(g, x, "uint32"), "int64");
    const pairs = op("Sub", bits, mask(shifted(bits, 1), 0x55555555));
    const fours = op("Add", mask(pairs, 0x33333333), mask(shifted(pairs, 2), 0x33333333));
    const bytes = mask(op("Add", fours, shifted(fours, 4)), 0x0f0f0f0f);
    const sum = mask(shifted(op("Mul", bytes, literal(g, 0x01010101, "int64")), 24), 0xff);
    return cast(g, sum, "int32");
  }),
];

/** The same bits as another type: between signed and unsigned integers a plain conversion. */
const bitcast: Rule = (graph, [x], { dtype }) => {
  const integers = ["int32", "uint32"];
  const { type } = x.tensor;
  if (type === dtype) return [x];
  if (!integers.includes(type) || !integers.includes(dtype))
    throw new NoCounterpart(`of ${type} as ${dtype}`);
  return [{ ...x, tensor: cast(graph, x.tensor, dtype) }];
};

/** Rules of primitives that look at the bits of numbers. */
export const bitRules: Readonly<Record<string, Rule>> = { bit_count: bitCount, bitcast };
