import { type Constant, elementTypes, type Node, type Port } from "../onnx/model.ts";

/** The end of a file: its answer. */
export interface After {
  nodes: Node[];
  constants: Constant[];
  outputs: Port[];
}

/** The class with the largest logit, and the softmax. */
export function decide(
  logits: string,
  classes: readonly string[],
  [label, probabilities]: readonly string[],
  fresh: (wanted: string) => string,
): After {
  const [names, best] = [fresh("classes"), fresh("best")];
  return {
    nodes: [
      { op: "Softmax", inputs: [logits], outputs: [probabilities], attributes: { axis: 1 } },
      // Of equally large ones the first.
      { op: "ArgMax", inputs: [logits], outputs: [best], attributes: { axis: 1, keepdims: 0 } },
      { op: "Gather", inputs: [names, best], outputs: [label], attributes: { axis: 0 } },
    ],
    constants: [{ name: names, type: "string", shape: [classes.length], data: classes }],
    outputs: [
      { name: label, type: "string", shape: ["batch"] },
      { name: probabilities, type: "float32", shape: ["batch", classes.length] },
    ],
  };
}

/** The number in the unit of the target. */
export function rescale(
  output: string,
  { mean, sd, log = false }: { mean: number; sd: number; log?: boolean },
  prediction: string,
  fresh: (wanted: string) => string,
): After {
  const [column, wide, scaled, axis, times, plus, exponent, bounded, most] = [
    "column",
    "wide",
    "scaled",
    "column_axis",
    "target_sd",
    "target_mean",
    ...(log ? ["exponent", "bounded_exponent", "most_exponent"] : []),
  ].map(fresh);
  return {
    nodes: [
      { op: "Squeeze", inputs: [output, axis], outputs: [column], attributes: {} },
      { op: "Cast", inputs: [column], outputs: [wide], attributes: { to: elementTypes.float64 } },
      { op: "Mul", inputs: [wide, times], outputs: [scaled], attributes: {} },
      { op: "Add", inputs: [scaled, plus], outputs: [log ? exponent : prediction], attributes: {} },
      ...(log
        ? [
            { op: "Min", inputs: [exponent, most], outputs: [bounded], attributes: {} },
            { op: "Exp", inputs: [bounded], outputs: [prediction], attributes: {} },
          ]
        : []),
    ],
    constants: [
      { name: axis, type: "int64", shape: [1], data: BigInt64Array.of(1n) },
      { name: times, type: "float64", shape: [], data: Float64Array.of(sd) },
      { name: plus, type: "float64", shape: [], data: Float64Array.of(mean) },
      ...(log
        ? [
            {
              name: most,
              type: "float64" as const,
              shape: [],
              data: Float64Array.of(Math.log(Number.MAX_VALUE)),
            },
          ]
        : []),
    ],
    outputs: [{ name: prediction, type: "float64", shape: ["batch"] }],
  };
}

/** Weighted sum of tensors of one shape. */
export function sumOf(
  values: readonly string[],
  weights: readonly number[],
  { type, result }: { type: "float32" | "float64"; result: string },
  fresh: (wanted: string) => string,
): Omit<After, "outputs"> {
  const each = values.map((value, i) => ({
    value,
    weight: fresh("weight"),
    share: fresh("share"),
    data: type === "float32" ? Float32Array.of(weights[i]) : Float64Array.of(weights[i]),
  }));
  return {
    nodes: [
      ...each.map(({ value, weight, share }) => ({
        op: "Mul",
        inputs: [value, weight],
        outputs: [share],
        attributes: {},
      })),
      { op: "Sum", inputs: each.map(({ share }) => share), outputs: [result], attributes: {} },
    ],
    constants: each.map(({ weight, data }) => ({ name: weight, type, shape: [], data })),
  };
}

/** The weighted mean of the softmax of several, and the class with the largest. */
export function decideByMean(
  logits: readonly string[],
  weights: readonly number[],
  classes: readonly string[],
  [label, probabilities]: readonly string[],
  fresh: (wanted: string) => string,
): After {
  const own = logits.map(() => fresh("own_probabilities"));
  const [names, best] = [fresh("classes"), fresh("best")];
  const sum = sumOf(own, weights, { type: "float32", result: probabilities }, fresh);
  return {
    nodes: [
      ...logits.map((name, i) => ({
        op: "Softmax",
        inputs: [name],
        outputs: [own[i]],
        attributes: { axis: 1 },
      })),
      ...sum.nodes,
      // Of equally large ones the first.
      { op: "ArgMax", inputs: [probabilities], outputs: [best], attributes: { axis: 1, keepdims: 0 } },
      { op: "Gather", inputs: [names, best], outputs: [label], attributes: { axis: 0 } },
    ],
    constants: [...sum.constants, { name: names, type: "string", shape: [classes.length], data: classes }],
    outputs: [
      { name: label, type: "string", shape: ["batch"] },
      { name: probabilities, type: "float32", shape: ["batch", classes.length] },
    ],
  };
}
