import { zeros } from "./indexing.ts";
import { reduceRules } from "./reduce.ts";
import type { Rule } from "./rule.ts";
import { rearrange, sizeOf, type View } from "./view.ts";
import { overlapAdd, windowsAlong } from "./windows.ts";

/** Windows over the last axes; their entries become further axes. */
const pool: Rule = (graph, [x], { window, strides }, [{ shape }]) => {
  const sizes = window as number[];
  const lead = x.shape.length - sizes.length;
  let view = x;
  // After the first j axes: lead, (windows, entries) of each, the rest.
  for (const [j, size] of sizes.entries())
    view = windowsAlong(graph, view, lead + 2 * j, {
      count: shape[lead + j],
      size,
      stride: strides[j],
      dilation: 1,
    });
  const order = [
    ...shape.slice(0, lead).map((_, i) => i),
    ...sizes.map((_, j) => lead + 2 * j),
    ...sizes.map((_, j) => lead + 2 * j + 1),
  ];
  return [rearrange(view, order, shape)];
};

/** The gradient of `pool`: entries of windows are added where they came from. */
const poolTranspose: Rule = (graph, [x], { window, strides }, [{ shape, dtype }]) => {
  const sizes = window as number[];
  const lead = shape.length - sizes.length;
  if (sizeOf(x.shape) === 0) return [zeros(graph, dtype, shape)];
  const order = [
    ...shape.slice(0, lead).map((_, i) => i),
    ...sizes.flatMap((_, j) => [lead + j, lead + sizes.length + j]),
  ];
  let view = rearrange(
    x,
    order,
    order.map((i) => x.shape[i]),
  );
  const sum = (v: View, axis: number): View =>
    reduceRules.reduce(graph, [v], { op: "Add", axis: [axis] }, [
      { shape: v.shape.toSpliced(axis, 1), dtype },
    ])[0];
  for (const [j, size] of sizes.entries()) {
    const windows = { count: x.shape[lead + j], size, stride: strides[j], dilation: 1 };
    view = overlapAdd(graph, view, lead + j, windows, shape[lead + j], sum);
  }
  return [view];
};

/** Rules of windows over axes. */
export const poolingRules: Readonly<Record<string, Rule>> = { pool, pool_transpose: poolTranspose };
