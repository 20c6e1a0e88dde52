import { defaultSettings, type Keep, type Settings } from "@minimand/compare";
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
  extends Omit<Settings, "losses" | "references" | "hidden" | "model" | "flipRate">,
    EngineAsked,
    FlipOptions {
  with: string[];
  model: string;
  losses?: string[];
  references: string[];
  keep: Keep;
  quantize: number[];
  hidden?: number[];
  workers?: number;
  budget?: number;
  quick: boolean;
  store?: string;
  cache?: string;
  out?: string;
  json: boolean;
}

/** Declares them, in the order of the help. */
export function withCompareOptions(command: Command): Command {
  const general = command
    .option("-t, --target <column>", "the column to predict (bundled data know theirs)")
    .option(
      "-l, --losses <a,b>",
      "losses to compare ('minimand losses'), beside the baseline and class weights; default: all of the task but those 'only by name'",
      list,
    )
    .addOption(withOption("that exports candidates or models"))
    .option("--optimizers <a,b>", "optimizers beside AdamW, with the baseline's loss; or all", list, [])
    .option(
      "--steps <a,b>",
      "training steps beside the plain one, with the baseline's loss; or all",
      list,
      [],
    )
    .option(
      "--references <a,b>",
      "what is trained to be shown beside the losses: linear (a linear model), trees (gradient-boosted trees); or none",
      list,
      [...defaultSettings.references],
    )
    .addOption(keepOption())
    .option(
      "--quantize <a,b>",
      "keep the model in so many bits as well (2 to 8, e.g. 8,4,2), and tell what each width costs",
      wholeNumbers,
      [],
    )
    .option("-m, --metric <name>", "the metric that decides: balanced-accuracy, f1, roc-auc, r2, ...", "auto")
    .option(
      "-s, --seeds <n>",
      "repeats of the cross-validation for the baseline, the five finalists and the references; the first of them is for all losses",
      wholeNumber,
      defaultSettings.seeds,
    )
    .option("-k, --folds <n>", "folds a repeat", wholeNumber, defaultSettings.folds)
    .addOption(workersOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .option(
      "--budget <time>",
      "wall-clock limit of the command (60s, 5m, 2h; a plain number is seconds): fewer seeds of the finalists, then fewer folds, then fewer rows, then fewer candidates, the cheapest; three folds of the baseline and three others are run in any case",
      timeSpan,
    )
    .option("--quick", "the same as --budget 30s", false)
    .addOption(storeOption())
    .addOption(cacheOption())
    .addOption(outOption("minimand-NAME"))
    .addOption(jsonOption("results.json"))
    .option(
      "--baseline <loss>",
      "what the others are measured against; default: cross-entropy, squared, bradley-terry",
      "auto",
    )
    .addOption(
      new Option(
        "--task <task>",
        "what is predicted; default: inferred. preference: which of two responses is chosen, of files of pairs",
      )
        .choices(["auto", "binary", "multiclass", "regression", "preference"])
        .default("auto"),
    )
    .option("--positive <class>", "the positive class of a binary target; default: the rarer one")
    .option("--merge-labels", "labels of the target that differ in case or spaces only are one class", false)
    .option(
      "--model <name>",
      "network: mlp, linear, or the model of this name that a module of --with exports",
      "mlp",
    )
    .option(
      "--hidden <a,b>",
      `widths of the hidden layers of an mlp; default: ${defaultSettings.hidden}`,
      wholeNumbers,
    )
    .option(
      "--configurations <n>",
      "learning rates tried for each loss; one beyond an end and its own parameters come on top",
      wholeNumber,
      defaultSettings.configurations,
    )
    .option("--max-epochs <n>", "at most so many epochs", wholeNumber, defaultSettings.maxEpochs)
    .option(
      "--patience <n>",
      "epochs without improvement until a run stops",
      wholeNumber,
      defaultSettings.patience,
    )
    .option(
      "--batch-size <n>",
      "rows a training step, at most; small data take about a quarter of their rows",
      wholeNumber,
      defaultSettings.batchSize,
    )
    .addOption(missingOption());
  return withDatasetOptions(general)
    .option("--group <column>", "rows with equal values stay in one fold")
    .option(
      "--time <column>",
      "dates or numbers that say when each row was: train on earlier rows, test on later ones; no verdict is given",
    )
    .option(
      "--bag-column <column>",
      "the bag of each row: training and tuning see the target's mean (or class shares) of bags alone, tests are of single rows",
    )
    .option("--test <file>", "test on this file instead of folds; each seed trains on four rows of five")
    .option(
      "--distill-from <folder>",
      "a model kept by compare as a teacher: adds the losses that learn from its logits",
    )
    .option(
      "--unlabeled <file>",
      "more rows with the same columns, whose target is not known or not looked at: adds the methods that learn from them",
    )
    .option("--label-noise <p>", "give this share of the training labels a wrong class", number, 0)
    .option("--imbalance <r>", "thin out the smaller classes of the training rows to 1 in r", number)
    .option(
      "--rope <x>",
      "differences smaller than this count as none; default: 0.01, or 1 % of the baseline's RMSE or MAE",
      number,
    )
    .addOption(flipRateOption())
    .addOption(auditOption())
    .addOption(agreementOption())
    .option("--alpha <x>", "family-wise error of the tests", number, defaultSettings.alpha);
}

/** The settings that they come to. */
export function settingsOf(target: string, options: CompareOptions): Settings {
  const {
    workers: _w,
    budget: _b,
    quick: _q,
    out: _o,
    store: _s,
    cache: _c,
    json: _j,
    engine: _e,
    threads: _t,
    with: _files,
    keep: _k,
    quantize: _bits,
    audit: _a,
    agreement: _g,
    model,
    hidden = defaultSettings.hidden,
    losses,
    references,
    ...rest
  } = options;
  return {
    ...defaultSettings,
    ...rest,
    target,
    model: model === "mlp" || model === "linear" ? model : "own",
    losses: losses === undefined || losses.includes("all") ? "auto" : [...new Set(losses)],
    // Checked with the other settings.
    references: references.includes("none") ? [] : ([...new Set(references)] as Settings["references"]),
    hidden,
    positive: options.positive ?? null,
    group: options.group ?? null,
    time: options.time ?? null,
    bagColumn: options.bagColumn ?? null,
    test: options.test ?? null,
    distillFrom: options.distillFrom ?? null,
    unlabeled: options.unlabeled ?? null,
    imbalance: options.imbalance ?? null,
    rope: options.rope ?? "auto",
    flipRate: flipRateOf(options, options.task),
  };
}
