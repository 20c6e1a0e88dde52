import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "minimand/engine";

/** One edge of a cell with the operation on it. */
export interface CellEdge {
  from: number;
  to: number;
  operation: string;
}

/** A discrete cell: the edges it has. Node 0 is the input. */
export type Genotype = readonly CellEdge[];

/** What {@link discretise} has to know of a cell. */
export interface CellSpace {
  /** Intermediate nodes; node `j` has an edge from each node before it. */
  nodes: number;
  /** Names of the operations, in the order of the architecture's columns. */
  operations: readonly string[];
}

/** Returns all edges of a cell of `nodes` intermediate nodes, those into node 1 first. */
export function cellEdges(nodes: number): { from: number; to: number }[] {
  checkNumber("nodes", nodes, { min: 1, integer: true });
  const edges: { from: number; to: number }[] = [];
  for (let to = 1; to <= nodes; to++) for (let from = 0; from < to; from++) edges.push({ from, to });
  return edges;
}

/**
 * Returns the discrete cell of architecture parameters: on each edge the operation of the largest softmax weight other than `none`; into
 * each node the `incoming` edges for which that weight is largest.
 *
 * `none` stays out because its weight says how loud an edge is, not whether something else is better.
 *
 * @param alpha `[edges, operations]`, an array (not consumed) or nested numbers
 * @param incoming edges kept into a node, >= 1; default 2
 * @throws TypeError for what is no matrix of numbers; RangeError for another shape, numbers that aren't finite, a space of
 *   nothing but `none`
 * @example
 * const space = { nodes: 1, operations: ["none", "skip", "convolution"] };
 * genotypeName(discretise([[3, 2, 1]], space), 1) // "skip"
 * @see Liu, Simonyan, Yang 2019, arXiv 1806.09055, section 2.4
 */
export function discretise(
  alpha: np.Array | readonly (readonly number[])[],
  { nodes, operations }: CellSpace,
  incoming = 2,
): Genotype {
  checkNumber("incoming", incoming, { min: 1, integer: true });
  const edges = cellEdges(nodes);
  const rows = matrixOf(alpha, edges.length, operations.length);
  const candidates = operations.map((_, o) => o).filter((o) => operations[o] !== "none");
  if (candidates.length === 0) throw rangeError("operations", "at least one other than none", "none");
  const chosen = edges.map((edge, e) => {
    const best = candidates.reduce((a, b) => (rows[e][b] > rows[e][a] ? b : a));
    const largest = Math.max(...rows[e]);
    const total = rows[e].reduce((sum, v) => sum + Math.exp(v - largest), 0);
    return { ...edge, operation: operations[best], weight: Math.exp(rows[e][best] - largest) / total };
  });
  return chosen
    .filter((edge) => {
      const stronger = chosen.filter(
        (other) =>
          other.to === edge.to &&
          (other.weight > edge.weight || (other.weight === edge.weight && other.from < edge.from)),
      );
      return stronger.length < incoming;
    })
    .map(({ from, to, operation }) => ({ from, to, operation }));
}

/** Returns every discrete cell of a space, `none` meaning that the edge is absent: `operations ^ edges` of them. */
export function enumerateGenotypes({ nodes, operations }: CellSpace): Genotype[] {
  const edges = cellEdges(nodes);
  const total = operations.length ** edges.length;
  if (total > 1e6) throw rangeError("nodes", "a space of at most 1e6 cells", nodes);
  return Array.from({ length: total }, (_, i) =>
    edges
      .map((edge, e) => {
        const digit = Math.floor(i / operations.length ** (edges.length - 1 - e)) % operations.length;
        return { ...edge, operation: operations[digit] };
      })
      .filter(({ operation }) => operation !== "none"),
  );
}

/**
 * Returns one word for a cell: the operations of all edges in order, `none` where an edge is absent.
 *
 * @example
 * genotypeName([{ from: 0, to: 1, operation: "skip" }, { from: 1, to: 2, operation: "convolution" }], 2) // "skip/none/convolution"
 */
export function genotypeName(genotype: Genotype, nodes: number): string {
  return cellEdges(nodes)
    .map(({ from, to }) => genotype.find((e) => e.from === from && e.to === to)?.operation ?? "none")
    .join("/");
}

function matrixOf(alpha: unknown, edges: number, operations: number): number[][] {
  const expected = `architecture weights of shape [${edges}, ${operations}]`;
  if (alpha instanceof np.Array) {
    if (alpha.ndim !== 2 || alpha.shape[0] !== edges || alpha.shape[1] !== operations)
      throw rangeError("alpha", expected, alpha);
    return checked(alpha.ref.js() as number[][]);
  }
  if (!Array.isArray(alpha) || !alpha.every(Array.isArray)) throw typeError("alpha", expected, alpha);
  if (alpha.length !== edges) throw rangeError("alpha", expected, alpha);
  for (const row of alpha) if (row.length !== operations) throw rangeError("alpha", expected, row);
  return checked(alpha);
}

function checked(rows: number[][]): number[][] {
  for (const row of rows) for (const value of row) checkNumber("alpha", value);
  return rows;
}
