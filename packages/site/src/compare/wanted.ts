import type { ColumnKind, Task } from "@minimand/compare";
import { type AskedOptions, defaultSettings, type FileRead, splitNames } from "@minimand/compare/web";

/** What the form holds; an empty text stands for none. */
export interface Wanted {
  target: string;
  task: "auto" | Task;
  metric: string;
  positive: string;
  /** Names; null: those that the command takes by itself. */
  losses: string[] | null;
  references: ("linear" | "trees")[];
  folds: number;
  seeds: number;
  maxEpochs: number;
  keep: "auto" | "linear" | "trees" | "ensemble";
  /** Minutes; 0: as long as it takes. */
  budget: number;
  /** Columns that are no inputs. */
  ignore: string[];
  group: string;
  time: string;
  /** As `--missing` takes it: `age=0,"size, cm"=-9`. */
  missing: string;
  /** As `--types` takes it: `zip=categorical`. */
  types: string;
  mergeLabels: boolean;
}

/** Returns the command's defaults on a file whose target is guessed. */
export const usually = (read: Pick<FileRead, "target" | "pairs">): Wanted => ({
  target: read.target ?? "",
  task: read.pairs ? "preference" : "auto",
  metric: "auto",
  positive: "",
  losses: null,
  references: [...defaultSettings.references],
  folds: defaultSettings.folds,
  seeds: defaultSettings.seeds,
  maxEpochs: defaultSettings.maxEpochs,
  keep: "auto",
  budget: 0,
  ignore: [],
  group: "",
  time: "",
  missing: "",
  types: "",
  mergeLabels: false,
});

/**
 * Returns the options of a form, as the browser session takes them.
 *
 * @throws RangeError in one line for missing values and types that aren't written as `column=value`
 */
export function optionsOf(wanted: Wanted): AskedOptions {
  const { target, task, metric, positive, losses, references, folds, seeds, maxEpochs, budget } = wanted;
  const { keep, ignore, group, time, missing, types, mergeLabels } = wanted;
  const pairs = task === "preference";
  return {
    ...(!pairs && { target }),
    task,
    metric,
    references: [...references],
    folds,
    seeds,
    maxEpochs,
    keep,
    losses: losses === null ? "auto" : [...losses],
    ...(positive !== "" && !pairs && { positive }),
    ...(budget > 0 && { budget: 60_000 * budget }),
    ...(ignore.length > 0 && { ignore: ignore.filter((name) => name !== target) }),
    ...(group !== "" && { group }),
    ...(time !== "" && !pairs && { time }),
    ...(missing.trim() !== "" && { missing: missingOf(missing) }),
    ...(types.trim() !== "" && { types: typesOf(types) }),
    ...(mergeLabels && !pairs && { mergeLabels }),
  };
}

function missingOf(text: string): Record<string, string[]> {
  // Without a prototype: a column may have any name.
  const values: Record<string, string[]> = Object.create(null);
  for (const [column, value] of assignments("missing", text, 'age=0,income=-9 or "size, cm"=0'))
    values[column] = [...(values[column] ?? []), value];
  return values;
}

/** Which kinds there are is checked with the data. */
function typesOf(text: string): Record<string, ColumnKind> {
  const pairs = assignments("types", text, 'zip=categorical,note=text or "size, cm"=numeric');
  return Object.assign(Object.create(null), Object.fromEntries(pairs));
}

function assignments(option: string, text: string, example: string): [column: string, value: string][] {
  // A comma at the end is one behind which something is yet to be written.
  const parts = splitNames(text.replace(/,\s*$/, ""));
  return (parts ?? [text]).map((part) => {
    const at = part.lastIndexOf("=");
    if (parts === null || at < 1 || at === part.length - 1)
      throw new RangeError(`${option}: expected column=value, as in ${example}, got '${part}'`);
    return [part.slice(0, at), part.slice(at + 1)];
  });
}
