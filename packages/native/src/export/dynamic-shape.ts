import type { Constant, Node } from "../onnx/model.ts";

/** A size that is the same for every batch, or a multiple of the number of rows. */
type Size = { fixed: number } | { times: number };

/**
 * Returns the shapes that an operation is given at several numbers of rows as one symbolic shape; undefined where they follow no such rule.
 */
export function symbolicShape(values: readonly Constant[], rows: readonly number[]): Size[] | undefined {
  const lists = values.map(({ type, data }) => (type === "int64" ? [...data].map(Number) : []));
  const [first] = lists;
  if (first.length === 0 || lists.some((list) => list.length !== first.length)) return undefined;
  const sizes: Size[] = [];
  for (const [i, fixed] of first.entries()) {
    const times = fixed / rows[0];
    if (lists.every((list) => list[i] === fixed)) sizes.push({ fixed });
    else if (Number.isInteger(times) && lists.every((list, k) => list[i] === times * rows[k]))
      sizes.push({ times });
    else return undefined;
  }
  return sizes;
}

/** Writes shapes that depend on the number of rows, which is read off the first axis of a tensor. */
export function dynamicShapes(source: string): {
  /** The name of a tensor that holds the shape for a node; what computes it comes before the node. */
  write(sizes: readonly Size[], node: Node, nodes: Node[]): string;
  constants: Constant[];
} {
  const constants: Constant[] = [];
  const names = new Map<string, string>();
  let count = 0;
  const once = (key: string, make: (name: string) => void): string => {
    let name = names.get(key);
    if (name === undefined) {
      name = `s${count++}`;
      names.set(key, name);
      make(name);
    }
    return name;
  };
  const constant = (values: readonly number[]): string =>
    once(`constant ${values}`, (name) =>
      constants.push({
        name,
        type: "int64",
        shape: [values.length],
        data: BigInt64Array.from(values, BigInt),
      }),
    );
  return {
    constants,
    write(sizes, { op }, nodes) {
      const operation = (
        key: string,
        type: string,
        inputs: string[],
        attributes: Node["attributes"],
      ): string => once(key, (name) => nodes.push({ op: type, inputs, outputs: [name], attributes }));
      const varying = sizes.filter((size) => "times" in size);
      const empty = sizes.some((size) => "fixed" in size && size.fixed === 0);
      // A reshape works out one size by itself.
      if (op === "Reshape" && varying.length === 1 && !empty)
        return constant(sizes.map((size) => ("fixed" in size ? size.fixed : -1)));
      const rows = operation("rows", "Shape", [source], { start: 0, end: 1 });
      const parts = sizes.map((size) => {
        if ("fixed" in size) return constant([size.fixed]);
        if (size.times === 1) return rows;
        return operation(`${size.times} rows`, "Mul", [rows, constant([size.times])], {});
      });
      return parts.length === 1
        ? parts[0]
        : operation(`shape ${JSON.stringify(sizes)}`, "Concat", parts, { axis: 0 });
    },
  };
}
