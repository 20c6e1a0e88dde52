import { type OptionNames, readOptions } from "minimand/engine";
import type { Keep } from "../../model/choose.ts";
import { checkSettings, defaultSettings, networkSettings } from "../../plan/settings.ts";
import type { Settings } from "../../results.ts";
import { asOptions } from "../../run/prepare/option-of.ts";
import { settingNames, settingTable } from "../../setting-table.ts";
import { UsageError } from "../../usage-error.ts";

/** Options of `minimand compare` as a page has them: those of the command, in camel case. What is absent has the command's default. */
export type AskedOptions = Partial<Omit<Settings, "test" | "unlabeled" | "distillFrom" | "sample">> & {
  /** The model that is kept. */
  keep?: Keep;
  /** Widths that it is quantised in as well. */
  quantize?: number[];
  /** Milliseconds that it may take. */
  budget?: number;
};

/** A comparison of files that a page has. */
export interface Asked {
  /** One for each data set. */
  files: readonly File[];
  test?: File;
  unlabeled?: File;
  options: AskedOptions;
}

const names = {
  ...Object.fromEntries(
    settingNames.filter((name) => settingTable[name].page !== false).map((name) => [name, true]),
  ),
  keep: true,
  quantize: true,
  budget: true,
} as OptionNames<AskedOptions>;

/**
 * Returns the settings that a page's options amount to, as the command does.
 *
 * @throws TypeError, RangeError naming an option that does not exist or makes no sense; UsageError for what a page can't do
 */
export function settingsAsked({ files, test, unlabeled, options }: Asked): Settings {
  const { keep: _, quantize, budget, ...own } = readOptions("options", options, names);
  if (files.length === 0) throw new UsageError("files: expected at least one file, got none");
  if (own.model === "own")
    throw new UsageError(
      "model: expected mlp or linear, got own: modules of one's own are loaded by the command (minimand compare --with FILE)",
    );
  if (budget !== undefined && !(budget > 0))
    throw new RangeError(`budget: expected milliseconds above 0, got ${budget}`);
  for (const [name, file] of Object.entries({ test, unlabeled }))
    if (file !== undefined && files.length > 1)
      throw new UsageError(`--${name}: expected one training file, got several`);
  const pairs = own.task === "preference";
  if (!pairs && (own.target === undefined || own.target === ""))
    throw new UsageError("target: expected the column to predict, got none");
  const settings: Settings = {
    ...defaultSettings,
    ...networkSettings({ ...own, quantize }),
    ...own,
    target: pairs ? "preference" : own.target!,
    test: test?.name ?? null,
    unlabeled: unlabeled?.name ?? null,
  };
  asOptions(() => checkSettings(settings));
  return settings;
}
