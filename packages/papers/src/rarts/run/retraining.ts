import type { Genotype } from "@minimand/lab/architecture";
import { derive, keyOf } from "minimand/engine";
import type { Network } from "../../kit/networks.ts";
import { part } from "../../kit/part.ts";
import { programsOf } from "../../kit/programs.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Split, splitDigits } from "./data.ts";
import { retraining, type SpaceName, tableSeeds } from "./settings.ts";
import { cellsOf, nameOf, supernetOf } from "./spaces.ts";
import { accuracyAfter, plainNetwork } from "./training.ts";

/** One cell of the small space, retrained on both halves and tested. */
export interface TableSpec {
  part: "table";
  cell: number;
  seed: number;
  fraction: number;
}
export interface TableResult {
  part: "table";
  cell: string;
  accuracy: number;
}

const networks = programsOf<Network>();

/** Programs of a discrete cell. */
export const discrete = (space: SpaceName, genotype: Genotype, compile: TrialHost["compile"]): Network =>
  networks(compile, `${space} ${nameOf(space, genotype)}`, () =>
    plainNetwork(supernetOf(space).build(genotype), retraining, compile),
  );

/** Accuracy of a cell that was trained afresh on both halves: on the rows of the test, or on those of tuning. */
export function retrained(
  space: SpaceName,
  genotype: Genotype,
  split: Split,
  { seed, fraction, judge }: { seed: number; fraction: number; judge: "test" | "tune" },
  host: TrialHost,
): Promise<number> {
  const network = discrete(space, genotype, host.compile);
  const { learningRate } = retraining;
  return accuracyAfter(
    network,
    network.step.init(keyOf(seed, 75), { hyper: { learningRate } }),
    { train: split.both, judged: judge === "test" ? split.test : split.tuning },
    { ...retraining, epochs: part(retraining.epochs, fraction, 1), seed: derive(seed, 76) },
    host.signal,
  );
}

export async function tableTrial(spec: TableSpec, host: TrialHost): Promise<TableResult> {
  const genotype = cellsOf("small")[spec.cell];
  const split = await splitDigits(host, spec.seed);
  const accuracy = await retrained("small", genotype, split, { ...spec, judge: "test" }, host);
  return { part: "table", cell: nameOf("small", genotype), accuracy };
}

/** Every cell of the small space with every seed of the table. */
export const tableSpecs = (fraction: number): TableSpec[] =>
  tableSeeds.flatMap((seed) => cellsOf("small").map((_, cell) => ({ part: "table", cell, seed, fraction })));

/** Mean accuracy of each cell over the seeds. */
export function meanTable(results: readonly { cell: string; accuracy: number }[]): Record<string, number> {
  const names = cellsOf("small").map((genotype) => nameOf("small", genotype));
  const means = Object.fromEntries(names.map((name) => [name, 0]));
  for (const { cell, accuracy } of results) means[cell] += (accuracy * names.length) / results.length;
  return means;
}
