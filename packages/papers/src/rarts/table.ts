import { nameOf, space, type TableSpec } from "./cell-trial.ts";
import { tableSeeds } from "./settings.ts";

/** Every cell of the space with every seed of the table. */
export function tableSpecs(fraction: number): TableSpec[] {
  return tableSeeds.flatMap((seed) =>
    space.map((_, cell): TableSpec => ({ part: "table", cell, seed, fraction })),
  );
}

/** Mean accuracy of each cell over the seeds. */
export function meanTable(results: readonly { cell: string; accuracy: number }[]): {
  [cell: string]: number;
} {
  const seeds = results.length / space.length;
  const means = Object.fromEntries(space.map((genotype) => [nameOf(genotype), 0]));
  for (const { cell, accuracy } of results) means[cell] += accuracy / seeds;
  return means;
}
