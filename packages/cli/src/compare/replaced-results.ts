import { type EarlierResults, listed, type OwnModel, optionOf, type Settings } from "@minimand/compare";
import { resultsIn } from "./earlier-run.ts";

/** What determines the results of a run, apart from versions and engine. */
export interface Replacing {
  settings: Settings;
  /** SHA-256 of each data set. */
  sums: readonly string[];
  model?: Pick<OwnModel, "id"> | undefined;
}

/**
 * Says which results of an earlier comparison, and its model, a run will take the places of, and how that run was another one; null where
 * there are none, or those of the same comparison.
 */
export async function replacedResults(out: string, run: Replacing): Promise<string | null> {
  const earlier = await resultsIn(out);
  if (earlier === null) return null;
  const why = differences(earlier, run);
  if (why.length === 0) return null;
  const names = listed(earlier.datasets.map(({ name }) => name));
  return `${out}: results of ${names} (${why.join(", ")}) are there: they and their model will be replaced`;
}

function differences(earlier: EarlierResults, { settings, sums, model }: Replacing): string[] {
  const before = earlier.settings;
  const others = Object.keys(settings).filter(
    // A budget draws rows as it has to, and earlier versions had fewer settings.
    (name) => name !== "sample" && name in before && textOf(before, name) !== textOf(settings, name),
  );
  if (earlier.ownModel?.id !== model?.id && !others.includes("model")) others.push("model");
  const tables = earlier.datasets.map(({ sha256 }) => sha256);
  return [
    ...(JSON.stringify(tables) === JSON.stringify(sums) ? [] : ["another table"]),
    ...(others.length === 0 ? [] : [`with another ${others.map(optionOf).join(", ")}`]),
  ];
}

const textOf = (settings: Partial<Settings>, name: string): string =>
  JSON.stringify(settings[name as keyof Settings]);
