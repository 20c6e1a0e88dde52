import type { Table } from "../../read/table.ts";

/** Pairs of responses: the same columns of the chosen and of the rejected ones, a row per pair. */
export interface PairTable {
  /** `text`: one column `response` a side, and `prompt` where prompts are given. */
  kind: "features" | "text";
  /** The responses that were preferred. */
  chosen: Table;
  /** Those that were not, with the columns of `chosen`. */
  rejected: Table;
  /** Of each pair, for messages and predictions. */
  prompts?: readonly string[];
  /** Group id of each pair: pairs that share a prompt or an item are of one group. */
  groups: Int32Array;
  /** What was dropped, and why. */
  notes: readonly string[];
}
