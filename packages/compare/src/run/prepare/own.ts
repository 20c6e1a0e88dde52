import { didYouMean } from "minimand/engine";
import type { Dataset } from "../../data/dataset.ts";
import { fitEncoder } from "../../data/encoder.ts";
import type { Candidate } from "../../plan/candidate.ts";
import type { OwnModel } from "../../plan/own-parts.ts";
import type { Origin } from "../../results.ts";
import { outputsFor } from "../../task.ts";
import { ownNetwork } from "../../train/own-network.ts";
import { UsageError } from "../../usage-error.ts";

/** What modules of the user's bring. */
export interface Own {
  candidates: Candidate[];
  models: OwnModel[];
}

/** Returns the files that candidates and models come from. */
export function originsOf({ candidates, models }: Own): Origin[] {
  const all = [...candidates, ...models];
  const byFile = new Map(all.flatMap(({ origin }) => (origin ? [[origin.file, origin]] : [])));
  return [...byFile.values()];
}

/**
 * Returns the own model that `--model` names; `undefined` for the built-in networks.
 *
 * @param files the modules that were loaded
 * @throws UsageError for an unknown name, with those that there are
 */
export function modelNamed(
  name: string,
  { models }: Pick<Own, "models">,
  files: readonly string[] = [],
): OwnModel | undefined {
  if (name === "mlp" || name === "linear") return undefined;
  const found = models.find(({ id }) => id === name);
  if (found !== undefined) return found;
  const names = ["mlp", "linear", ...models.map(({ id }) => id)];
  const said = `--model: expected one of ${names.join(", ")}, got '${name}'${didYouMean(name, names)}`;
  throw new UsageError(`${said}${whereModels(files, models)}`);
}

/** Text on the files of `--with` for a model that none of them defines. */
function whereModels(files: readonly string[], models: readonly OwnModel[]): string {
  if (files.length === 0) return "; your own model comes with --with FILE";
  const bringing = new Set(models.map(({ origin }) => origin?.file));
  const without = files.filter((file) => !bringing.has(file));
  if (without.length === 0) return "";
  return `; ${without.join(", ")} ${without.length === 1 ? "exports" : "export"} no 'models'`;
}

/** Makes an own model for a data set, as workers do, so that an invalid one is refused before anything is written. */
export function tryModel(model: OwnModel, dataset: Dataset, bins: number): void {
  const { task, classes, rows } = dataset;
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const { inputs } = fitEncoder(dataset, all, bins);
  ownNetwork(model, inputs, outputsFor(task, classes.length));
}
