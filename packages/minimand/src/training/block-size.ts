import { sizeOf, type Tree } from "../engine/tree.ts";

/** Batches of `rows` to give to `updateAll` at once: as many as make the work worth a call, 1 where one is enough. */
export function blockSizeFor(params: Tree, rows: number): number {
  // A call costs about as much as a step of a million products of a number and a parameter.
  const work = sizeOf(params) * rows;
  return work > 8e6 ? 1 : work > 2e6 ? 4 : 16;
}
