import { join } from "node:path";
import type { DatasetReport, Results } from "@minimand/compare";

/** A sentence of advice with what it is about. */
export interface Advice {
  about: "What to use" | "What it costs" | "Also" | "Next";
  text: string;
}

/** The recommendation as sentences in the order in which one asks: use, costs, other means, next step. */
export function adviceOf({ recommendation }: Pick<DatasetReport, "recommendation">): Advice[] {
  const { use, costs, beside, next } = recommendation;
  return [
    { about: "What to use", text: use },
    ...costs.map(({ text }): Advice => ({ about: "What it costs", text })),
    ...beside.map((text): Advice => ({ about: "Also", text })),
    ...next.map(({ text }): Advice => ({ about: "Next", text })),
  ];
}

/**
 * The command that applies the model of a data set, ready to be pasted into a shell.
 *
 * @param folder the output folder of `compare`, as given
 * @param index of the data set
 * @returns null where no model was kept
 */
export function predictCommandOf(results: Results, folder: string, index: number): string | null {
  const { datasets, ownModel } = results;
  if (datasets[index].model === null) return null;
  const place = datasets.length === 1 ? folder : join(folder, "model", datasets[index].name);
  const own = ownModel?.origin === undefined ? "" : ` --with ${quoted(ownModel.origin.file)}`;
  return `minimand predict ${quoted(place)} ROWS.csv${own}`;
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
