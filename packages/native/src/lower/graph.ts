import type { Attribute, Body, Data, ElementType, Node, Port } from "../onnx/model.ts";

/** A tensor of the graph under construction. */
export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Values of a constant. */
  readonly data?: Data;
  /** The number of JavaScript that a constant of float32 was rounded from: in float64 it keeps its digits. */
  readonly exact?: number;
}

export interface Operation {
  attributes?: Readonly<Record<string, Attribute>>;
  type?: ElementType;
  shape: readonly number[];
}

/** Zeros along one axis, but for some parts: what padding makes, and what sums of padded values are. */
interface Pieces {
  axis: number;
  /** In order, without overlap. */
  parts: readonly { start: number; tensor: Tensor }[];
}

/**
 * A graph under construction. The same operation on the same tensors is made once, the same constant is kept once, and
 * what no output needs is left out in the end.
 */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #producers = new Map<string, Node>();
  readonly #results = new Map<string, Tensor[]>();
  readonly #constants = new Map<string, Tensor & { data: Data }>();
  readonly #tensors = new Map<string, Tensor>();
  readonly #inputs: Port[] = [];
  readonly #outer = new Set<string>();
  /** What is known of tensors that are zero but for some parts. */
  readonly pieces = new Map<string, Pieces>();
  readonly #prefix: string;
  #count = 0;

  /** @param prefix of the names of all tensors that are made here: a graph inside another has one of its own */
  constructor(prefix = "") {
    this.#prefix = prefix;
  }

  input(name: string, type: ElementType, shape: readonly number[]): Tensor {
    this.#inputs.push({ name, type, shape });
    return this.#register({ name, type, shape });
  }

  /** One node with one output, of the type of its first input where none is given. */
  op(op: string, inputs: readonly Tensor[], { type, shape, attributes }: Operation): Tensor {
    return this.ops(op, inputs, [{ type: type ?? inputs[0].type, shape }], attributes)[0];
  }

  /** One node with several outputs. */
  ops(
    op: string,
    inputs: readonly Tensor[],
    outputs: readonly { type: ElementType; shape: readonly number[] }[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Tensor[] {
    const key = keyOf(op, inputs, outputs, attributes);
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const results = outputs.map(({ type, shape }) => this.#register({ name: this.#fresh("t"), type, shape }));
    const node = {
      op,
      inputs: inputs.map((t) => t.name),
      outputs: results.map((t) => t.name),
      attributes,
    };
    this.#nodes.push(node);
    for (const { name } of results) this.#producers.set(name, node);
    this.#results.set(key, results);
    return results;
  }

  /** The result of an operation that is there already and keeps type and shape. */
  known(op: string, x: Tensor): Tensor | undefined {
    return this.#results.get(keyOf(op, [x], [{ type: x.type, shape: x.shape }], {}))?.[0];
  }

  constant(type: ElementType, shape: readonly number[], data: Data, exact?: number): Tensor {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // Large constants come from outside, once each: comparing them costs more than it saves.
    const key =
      bytes.length > 256 ? `large ${this.#count}` : `${type} ${shape.join()} ${bytes.join()} ${exact}`;
    let tensor = this.#constants.get(key);
    if (tensor === undefined) {
      tensor = { name: this.#fresh("c"), type, shape, data, ...(exact !== undefined && { exact }) };
      this.#constants.set(key, tensor);
      this.#register(tensor);
    }
    return tensor;
  }

  /** A list of sizes, axes or positions: what ONNX takes as a one-dimensional int64 tensor. */
  indices(values: readonly number[]): Tensor {
    return this.constant("int64", [values.length], BigInt64Array.from(values, BigInt));
  }

  /** The inputs of the operation that made a tensor, if it is of the given kind, and has such numbers of an attribute. */
  inputsOf(op: string, tensor: Tensor, having?: { perm: readonly number[] }): readonly Tensor[] | undefined {
    const node = this.#producers.get(tensor.name);
    if (node?.op !== op) return undefined;
    if (having !== undefined && String(node.attributes?.perm) !== String(having.perm)) return undefined;
    return node.inputs.map((name) => this.#tensors.get(name)!);
  }

  /** Whether a node makes the tensor: it is neither an input nor a constant. */
  isComputed(tensor: Tensor): boolean {
    return this.#producers.has(tensor.name);
  }

  /** The tensor under a name of its own. */
  copy({ name, type, shape }: Tensor): Tensor {
    const copy = this.#register({ name: this.#fresh("t"), type, shape });
    const node = { op: "Identity", inputs: [name], outputs: [copy.name], attributes: {} };
    this.#nodes.push(node);
    this.#producers.set(copy.name, node);
    return copy;
  }

  /** Nodes and constants that the outputs need, in order, all inputs, and the tensors of the graph around that are read. */
  build(outputs: readonly Tensor[]): Pick<Body, "nodes" | "constants" | "inputs"> & { captures: string[] } {
    const needed = new Set(outputs.map((t) => t.name));
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      nodes.push(node);
      for (const name of [...node.inputs, ...(node.captures ?? [])]) needed.add(name);
    }
    const constants = [...this.#constants.values()].filter(({ name }) => needed.has(name));
    const captures = [...this.#outer].filter((name) => needed.has(name));
    return { nodes: nodes.reverse(), constants, inputs: this.#inputs, captures };
  }

  /** A tensor of the graph around this one. */
  outer(tensor: Tensor): Tensor {
    this.#outer.add(tensor.name);
    return this.#register(tensor);
  }

  /** A loop: a node with a graph inside, which may read tensors of this one. */
  loop(
    inputs: readonly Tensor[],
    body: Body & { captures: string[] },
    outputs: readonly { type: ElementType; shape: readonly number[] }[],
  ): Tensor[] {
    const results = outputs.map(({ type, shape }) => this.#register({ name: this.#fresh("t"), type, shape }));
    const { captures, ...graph } = body;
    this.#nodes.push({
      op: "Loop",
      inputs: inputs.map((t) => t.name),
      outputs: results.map((t) => t.name),
      attributes: { body: { graph } },
      captures,
    });
    return results;
  }

  #fresh(kind: string): string {
    return `${this.#prefix}${kind}${this.#count++}`;
  }

  #register<T extends Tensor>(tensor: T): T {
    this.#tensors.set(tensor.name, tensor);
    return tensor;
  }
}

function keyOf(
  op: string,
  inputs: readonly Tensor[],
  outputs: readonly Pick<Port, "type" | "shape">[],
  attributes: Readonly<Record<string, Attribute>>,
): string {
  const results = outputs.map(({ type, shape }) => ({ type, shape }));
  return JSON.stringify([op, inputs.map((t) => t.name), attributes, results]);
}
