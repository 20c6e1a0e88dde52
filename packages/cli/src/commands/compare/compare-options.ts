import {
  defaultSettings,
  type Keep,
  networkSettings,
  type Settings,
  settingNames,
  settingTable,
} from "@minimand/compare";
import { type Command, Option } from "commander";
import type { EngineAsked } from "../../run/engine-choice.ts";
import {
  cacheOption,
  engineOption,
  jsonOption,
  list,
  missingOption,
  number,
  outOption,
  storeOption,
  threadsOption,
  timeSpan,
  wholeNumber,
  wholeNumbers,
  withDatasetOptions,
  withOption,
  workersOption,
} from "../options.ts";
import { agreementOption, auditOption, type FlipOptions, flipRateOf, flipRateOption } from "./flip-rate.ts";
import { keepOption } from "./keep.ts";

/** What `minimand compare` can be asked for. */
export interface CompareOptions
  extends Partial<Omit<Settings, "losses" | "references" | "model" | "flipRate">>,
    EngineAsked,
    FlipOptions {
  with: string[];
  model: string;
  losses?: string[];
  references: string[];
  keep: Keep;
  quantize: number[];
  workers?: number;
  budget?: number;
  quick: boolean;
  strict: boolean;
  damaged: Settings["damaged"];
  store?: string;
  cache?: string;
  out?: string;
  json: boolean;
}

/** Declares them, in the order of the help. */
export function withCompareOptions(command: Command): Command {
  const general = command
    .addOption(settingOption("target"))
    .addOption(settingOption("losses", list))
    .addOption(withOption("that exports candidates or models"))
    .addOption(settingOption("optimizers", list))
    .addOption(settingOption("steps", list))
    .addOption(settingOption("references", list))
    .addOption(keepOption())
    .option(
      "--quantize <a,b>",
      "bit widths in which the model is also kept (2 to 8, e.g. 8,4,2); the report states what each width costs; default: none",
      wholeNumbers,
      [],
    )
    .addOption(settingOption("metric"))
    .addOption(settingOption("seeds", wholeNumber))
    .addOption(settingOption("folds", wholeNumber))
    .addOption(workersOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .option(
      "--budget <time>",
      "wall-clock limit for the whole command: 60s, 5m, 2h, or a plain number of seconds; default: none. If it is short, seeds of the finalists are left out first, then folds, then rows, and last the slowest losses. The baseline and three other losses run on three folds at least",
      timeSpan,
    )
    .option("--quick", "same as --budget 30s", false)
    .addOption(storeOption())
    .addOption(cacheOption())
    .addOption(outOption("minimand-NAME"))
    .addOption(jsonOption("results.json"))
    .addOption(settingOption("baseline"))
    .addOption(settingOption("task").choices(settingTable.task.shape.options))
    .addOption(settingOption("positive"))
    .addOption(settingOption("mergeLabels"))
    .addOption(settingOption("model"))
    .addOption(settingOption("hidden", wholeNumbers))
    .addOption(settingOption("bins", wholeNumber))
    .addOption(settingOption("members", wholeNumber))
    .addOption(settingOption("configurations", wholeNumber))
    .addOption(settingOption("targetScale").choices(["linear", "log"]))
    .addOption(settingOption("maxEpochs", wholeNumber))
    .addOption(settingOption("patience", wholeNumber))
    .addOption(settingOption("batchSize", wholeNumber))
    .addOption(missingOption());
  return withDatasetOptions(general)
    .addOption(settingOption("group"))
    .addOption(settingOption("time"))
    .addOption(settingOption("bagColumn"))
    .addOption(settingOption("test"))
    .addOption(settingOption("distillFrom"))
    .addOption(settingOption("unlabeled"))
    .addOption(settingOption("labelNoise", number))
    .addOption(settingOption("imbalance", number))
    .addOption(settingOption("rope", number))
    .addOption(flipRateOption())
    .addOption(auditOption())
    .addOption(agreementOption())
    .addOption(settingOption("alpha", number));
}

/** A row of the table of settings; its default stands in the help unless the text says it. */
function settingOption(name: keyof Settings, read?: (text: string) => unknown): Option {
  const { flag = "", help = "", byDefault } = settingTable[name];
  const option = new Option(flag, help);
  if (read !== undefined) option.argParser(read);
  const isSaid = byDefault === null || byDefault === "" || help.includes("default: ");
  return isSaid ? option : option.default(byDefault);
}

/** The settings that they come to. */
export function settingsOf(target: string, options: CompareOptions): Settings {
  const { model, losses, references } = options;
  const network = model === "linear" ? model : "mlp";
  const usual = { ...defaultSettings, ...networkSettings({ ...options, model: network }), target };
  const given = Object.fromEntries(
    settingNames.map((name) => [name, options[name] ?? usual[name]]),
  ) as Settings;
  return {
    ...given,
    target,
    model: model === "mlp" || model === "linear" ? model : "own",
    losses: losses === undefined || losses.includes("all") ? "auto" : [...new Set(losses)],
    // Checked with the other settings.
    references: references.includes("none") ? [] : ([...new Set(references)] as Settings["references"]),
    flipRate: flipRateOf(options, given.task),
  };
}
