import type { Constant, Node, Port } from "../onnx/model.ts";
import { dynamicShapes, symbolicShape } from "./dynamic-shape.ts";
import type { TracedFragment } from "./write-at.ts";

/** A function written for one number of rows. */
export interface AtSize {
  rows: number;
  written: TracedFragment;
}

/** What the first axis of inputs and outputs is called. */
const batch = "batch";

/**
 * Makes one graph for every number of rows, from graphs of the same function at several numbers of rows.
 *
 * The graphs have to be the same but for the shapes that Reshape and Expand are given, whose sizes may be multiples of the number of rows;
 * these become what is left over (-1) or are computed from the shape of the first input. Any other difference is refused: a mean over the
 * batch is a product with 1/n, and n would be that of the example.
 *
 * @throws RangeError naming the operation that differs
 */
export function forEveryBatch(all: readonly AtSize[]): TracedFragment {
  const rows = all.map((at) => at.rows);
  const graphs = all.map(({ written }) => written);
  const [first] = graphs;
  const constants = graphs.map((graph) => new Map(graph.constants.map((c) => [c.name, c])));
  // What tensors of the first graph are called in each; inputs and parameters have the same names everywhere.
  const names = graphs.map(() => new Map<string, string>());
  const shapes = dynamicShapes(first.inputs[0].name);
  const kept = new Set<Constant>();
  const nodes: Node[] = [];

  for (const [i, node] of first.nodes.entries()) {
    const versions = graphs.map((graph) => graph.nodes[i]);
    if (versions.some((version) => !sameKind(node, version)))
      throw depends(rows.map((n, k) => `${versions[k]?.op ?? "nothing"} at ${n} rows`).join(", "));
    const inputs = node.inputs.map((name, j) => {
      const values = constants.flatMap((map, k) => map.get(versions[k].inputs[j]) ?? []);
      if (values.length === 0) {
        if (versions.some((version, k) => version.inputs[j] !== (names[k].get(name) ?? name)))
          throw depends(`${node.op} of different values`);
        return name;
      }
      if (values.length < graphs.length) throw depends(`${node.op} of different values`);
      const [constant] = values;
      if (values.every((value) => sameConstant(constant, value))) {
        kept.add(constant);
        return name;
      }
      const isShape = j === 1 && (node.op === "Reshape" || node.op === "Expand");
      const sizes = isShape ? symbolicShape(values, rows) : undefined;
      if (sizes === undefined)
        throw depends(rows.map((n, k) => `${node.op} with ${textOf(values[k])} at ${n} rows`).join(", "));
      return shapes.write(sizes, node, nodes);
    });
    nodes.push({ ...node, inputs });
    for (const [k, { outputs }] of versions.entries())
      for (const [j, name] of node.outputs.entries()) names[k].set(name, outputs[j]);
  }
  const more = graphs.find((graph) => graph.nodes.length > first.nodes.length);
  if (more !== undefined) throw depends(`one more ${more.nodes[first.nodes.length].op} for some batches`);
  return {
    nodes,
    constants: [...first.constants.filter((c) => kept.has(c)), ...shapes.constants],
    inputs: first.inputs.map((port) => ({ ...port, shape: [batch, ...port.shape.slice(1)] })),
    outputs: first.outputs.map((port, i) => {
      if (graphs.some((graph, k) => graph.outputs[i]?.name !== names[k].get(port.name)))
        throw depends(`the output ${first.labels[i]} is another value`);
      return {
        ...port,
        shape: outputShape(
          first.labels[i],
          graphs.map((graph) => graph.outputs[i]),
          rows,
        ),
      };
    }),
    labels: first.labels,
  };
}

/** The shape of an output by its shapes at several numbers of rows. */
function outputShape(label: string, ports: readonly Port[], rows: readonly number[]): (number | string)[] {
  const shape = ports[0].shape.map((size, axis) => {
    if (ports.every((port, k) => port.shape[axis] === rows[k])) return batch;
    if (ports.some((port) => port.shape[axis] !== size))
      throw depends(`the output ${label} has shape [${ports[0].shape.join(", ")}] at ${rows[0]} rows`);
    return size;
  });
  if (shape[0] !== batch)
    throw new RangeError(
      `apply: expected outputs whose first axis is that of the inputs (or dynamicBatch: false), got the output ${label} of shape [${shape.join(", ")}]`,
    );
  return shape;
}

function depends(what: string): RangeError {
  return new RangeError(
    `apply: expected the same program for every batch size (or dynamicBatch: false), got one that depends on it: ${what}`,
  );
}

function sameKind(a: Node, b: Node | undefined): boolean {
  return (
    b !== undefined &&
    a.op === b.op &&
    a.inputs.length === b.inputs.length &&
    a.outputs.length === b.outputs.length &&
    JSON.stringify(a.attributes) === JSON.stringify(b.attributes)
  );
}

function sameConstant(a: Constant, b: Constant): boolean {
  return (
    a.type === b.type &&
    a.shape.join() === b.shape.join() &&
    a.data.length === b.data.length &&
    a.data.every((value: unknown, i: number) => Object.is(value, b.data[i]))
  );
}

function textOf({ data }: Constant): string {
  const some = [...data.slice(0, 4)].map((value) =>
    String(typeof value === "bigint" ? value : Number(Number(value).toPrecision(4))),
  );
  return data.length === 1 ? some[0] : `[${some.join(", ")}${data.length > 4 ? ", ..." : ""}]`;
}
