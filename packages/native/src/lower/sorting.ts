import type { ElementType } from "../onnx/model.ts";
import { cast, isFloat, literal } from "./elementwise.ts";
import type { Graph, Tensor } from "./graph.ts";
import type { Rule } from "./rule.ts";
import { materialise, type View, viewOf } from "./view.ts";

/**
 * Ascending order along the last axis, of equals the first one first, NaN last. @returns positions, as int64
 */
function ascending(graph: Graph, x: Tensor): Tensor {
  const { shape, type } = x;
  if (!isFloat(type)) return smallest(graph, x);
  // ONNX orders no NaN: they go in as infinities, and then, keeping all other order, behind the real ones.
  const number = graph.op("Equal", [x, x], { type: "bool", shape });
  const key = graph.op("Where", [number, x, literal(graph, Infinity, type)], { type, shape });
  const first = smallest(graph, key);
  const rank = cast(graph, graph.op("Not", [number], { shape }), "int32");
  return elements(graph, first, smallest(graph, elements(graph, rank, first)));
}

/** A stable order of values that compare. */
function smallest(graph: Graph, x: Tensor): Tensor {
  const { shape } = x;
  const [, order] = graph.ops(
    "TopK",
    [x, graph.indices(shape.slice(-1))],
    [
      { type: x.type, shape },
      { type: "int64", shape },
    ],
    { axis: shape.length - 1, largest: 0, sorted: 1 },
  );
  return order;
}

/** Elements at positions along the last axis. */
function elements(graph: Graph, x: Tensor, positions: Tensor): Tensor {
  const { shape } = positions;
  return graph.op("GatherElements", [x, positions], { shape, attributes: { axis: shape.length - 1 } });
}

/** Values in order, and where they were. */
function sorted(graph: Graph, x: View): [values: Tensor, order: Tensor] {
  const full = materialise(graph, x);
  const { type } = full;
  const via: ElementType = type === "bool" ? "int32" : type === "uint32" ? "int64" : type;
  const order = ascending(graph, cast(graph, full, via));
  return [elements(graph, full, order), order];
}

const sort: Rule = (graph, [x]) => [viewOf(sorted(graph, x)[0])];

const argsort: Rule = (graph, [x]) => {
  const [values, order] = sorted(graph, x);
  return [viewOf(values), viewOf(cast(graph, order, "int32"))];
};

/** Rules of sorting along the last axis. */
export const sortingRules: Readonly<Record<string, Rule>> = { sort, argsort };
