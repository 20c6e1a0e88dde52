import type { ColumnKind } from "../results.ts";

/** What a column may be said to be. */
export const columnKinds = [
  "numeric",
  "categorical",
  "text",
  "date",
  "date-dmy",
  "date-mdy",
] as const satisfies readonly ColumnKind[];
