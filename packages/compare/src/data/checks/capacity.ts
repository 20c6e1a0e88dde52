import type { Note, Settings } from "../../results.ts";
import { outputsFor } from "../../task.ts";
import type { Dataset } from "../dataset.ts";
import { fitEncoder } from "../encoder.ts";
import { sampleOf } from "../sample-of.ts";

/** With fewer rows than this for every parameter, a smaller network is worth a try. */
const rowsPerParameter = 1 / 20;

/** More rows have hardly more levels of categories that get an input. */
const mostRows = 20_000;

/** Warns of a network that is large for its rows. The inputs of bins don't count: the bound is from before there were any. */
export function capacity(dataset: Dataset, settings: Pick<Settings, "model" | "hidden">): Note[] {
  if (settings.model !== "mlp" || settings.hidden.length === 0) return [];
  const outputs = outputsFor(dataset.task, dataset.classes.length);
  const { inputs } = fitEncoder(dataset, sampleOf(dataset.rows, mostRows));
  const sizes = [inputs, ...settings.hidden, outputs];
  const parameters = sizes.slice(1).reduce((sum, size, i) => sum + size * (sizes[i] + 1), 0);
  if (dataset.rows >= parameters * rowsPerParameter) return [];
  const text = `hidden layers of ${settings.hidden.join(" and ")} units are many for ${dataset.rows} rows: --hidden 16 or --model linear may do as well, and train faster`;
  return [{ level: "info", text }];
}
