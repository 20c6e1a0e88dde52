import { cast, elementwise, isFloat, literal } from "./elementwise.ts";
import type { Graph, Tensor } from "./graph.ts";
import { NoCounterpart, type Rule } from "./rule.ts";

/*
 * ONNX Runtime has inverse functions of angles for float32 only. In float64 its result is a first guess y, off by
 * d = atan((x cos y - sin y) / (cos y + x sin y)), which is so small that atan(d) is d.
 */

function arctangent(graph: Graph, x: Tensor): Tensor {
  const { shape, type } = x;
  if (type === "float32") return graph.op("Atan", [x], { shape });
  const op = (name: string, ...inputs: Tensor[]): Tensor => graph.op(name, inputs, { shape });
  const guess = cast(graph, op("Atan", cast(graph, x, "float32")), "float64");
  const [sin, cos] = [op("Sin", guess), op("Cos", guess)];
  const off = op("Div", op("Sub", op("Mul", x, cos), sin), op("Add", cos, op("Mul", x, sin)));
  const refined = op("Add", guess, off);
  // At infinity, where that is inf / inf, the result is a quarter turn.
  const infinite = graph.op("IsInf", [x], { type: "bool", shape });
  const quarter = op("Mul", op("Sign", x), literal(graph, Math.PI / 2, type));
  return graph.op("Where", [infinite, quarter, refined], { type, shape });
}

function arcsine(graph: Graph, x: Tensor): Tensor {
  const { shape, type } = x;
  if (type === "float32") return graph.op("Asin", [x], { shape });
  const op = (name: string, ...inputs: Tensor[]): Tensor => graph.op(name, inputs, { shape });
  // atan(x / sqrt(1 - x^2)), with the factors of 1 - x^2 for the sake of digits near 1.
  const one = literal(graph, 1, type);
  const rest = op("Sqrt", op("Mul", op("Sub", one, x), op("Add", one, x)));
  return arctangent(graph, op("Div", x, rest));
}

const rule =
  (emit: (graph: Graph, x: Tensor) => Tensor): Rule =>
  (graph, inputs, _params, [{ shape, dtype }]) => {
    if (!isFloat(dtype)) throw new NoCounterpart(`of ${dtype}`);
    return [elementwise(graph, inputs, shape, (g, [x]) => emit(g, x))];
  };

/** Rules of functions that give angles. */
export const angleRules: Readonly<Record<string, Rule>> = { asin: rule(arcsine), atan: rule(arctangent) };
