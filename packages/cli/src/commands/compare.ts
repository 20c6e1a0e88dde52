import { join } from "node:path";
import {
  baselineIdOf,
  checkSettings,
  chooseCandidates,
  chooseReferences,
  defaultSettings,
  type Keep,
  listed,
  metricFor,
  type Settings,
  summarise,
} from "@minimand/compare";
import { Command, Option } from "commander";
import { startEngine } from "minimand/start";
import { makeBudget, overrun } from "../compare/budget.ts";
import { areRecords, runTrials } from "../compare/compare-run.ts";
import {
  agreementOption,
  auditOption,
  type FlipOptions,
  flipRateOf,
  flipRateOption,
} from "../compare/flip-rate.ts";
import { checkKeep, keepOption } from "../compare/keep.ts";
import { earlierRun, lookAt } from "../compare/looks.ts";
import { optionOf } from "../compare/option-of.ts";
import { loadOwn, modelNamed, originsOf, tryModel } from "../compare/own-candidates.ts";
import { checkQuantize, runQuantised } from "../compare/quantised-trials.ts";
import { replacedResults } from "../compare/replaced-results.ts";
import { resultsOf, sampled, seenOf } from "../compare/results-of.ts";
import type { RunOptions } from "../compare/run-options.ts";
import { describeSubjects, noteText, readInputs, readSubjects, type Subject } from "../compare/subjects.ts";
import { UsageError } from "../failure.ts";
import { bundledTarget, type Input } from "../files/input.ts";
import { inOutputFolder } from "../files/output-folder.ts";
import { readInputTable } from "../files/read-input-table.ts";
import { replaceTogether } from "../files/replace-together.ts";
import { fitModels, modelFiles } from "../models/keep-models.ts";
import { keepQuantised } from "../models/keep-quantised.ts";
import { tell } from "../printable.ts";
import { renderReport } from "../report/index.ts";
import { workersOf } from "../run/concurrency.ts";
import { compilerOf } from "../run/engine.ts";
import { chooseEngine, type EngineAsked } from "../run/engine-choice.ts";
import { interruptible } from "../run/interruptible.ts";
import { warnOnce } from "../run/warnings.ts";
import { print } from "../terminal/print.ts";
import { versions } from "../version.ts";
import {
  engineOption,
  jsonOption,
  list,
  missingValues,
  number,
  outOption,
  threadsOption,
  timeSpan,
  wholeNumber,
  wholeNumbers,
  withDatasetOptions,
  withOption,
  workersOption,
} from "./options.ts";
import { resultTable } from "./result-table.ts";

interface Options
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
  out?: string;
  json: boolean;
}

/** Milliseconds of `--quick`. */
const quick = 30_000;

/** `minimand compare FILE... --target COLUMN`. */
export function compareCommand(): Command {
  const command = new Command("compare")
    .description(
      "Which training loss helps on these data: trains all of them under equal conditions and tells what is better than cross-entropy, what is the same, and what can't be told apart.",
    )
    .argument(
      "<file...>",
      "CSV, TSV, JSON lines or Parquet (also .gz); a bundled name ('minimand data'); - for stdin",
    )
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
      "be done in this time (60s, 5m, 2h; a plain number is seconds): fewer seeds of the finalists, then fewer folds, then fewer rows; three folds are run in any case",
      timeSpan,
    )
    .option("--quick", "the same as --budget 30s", false)
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
    .option("--positive <class>", "the positive class of a binary target; default: the smaller one")
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
    .option(
      "--missing <a=value,...>",
      "values that stand for missing ones: insulin=0,age=-9; a column several times has several",
      missingValues,
      {},
    );
  return withDatasetOptions(command)
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
    .option("--alpha <x>", "family-wise error of the tests", number, defaultSettings.alpha)
    .addHelpText(
      "after",
      `
Examples:
  minimand compare pima_diabetes
  minimand compare churn.csv --target churned --metric f1 --seeds 5 --out churn
  minimand compare sales.parquet --target price --losses squared,huber,cauchy
  zcat big.csv.gz | minimand compare - --target label --budget 10m --json > results.json
  minimand compare a.csv b.csv c.csv --target y       average ranks over data sets
  minimand compare clicks.csv --target converted --bag-column report_id    learning from totals of bags
  minimand compare new.csv --target y --hidden 16 --distill-from minimand-old    a small model from a large one
  minimand compare churn --with ./focal2.ts --losses focal,focal2    a loss of your own
  minimand compare clinic.csv --target y --unlabeled other-clinic.csv    few labels here, many rows from elsewhere
  minimand compare pairs.jsonl --task preference    prompt, chosen, rejected; or a CSV of price_chosen, price_rejected, ...
  minimand compare churn --keep trees    predict by the trees that were compared, not by a network
  minimand compare churn --quantize 8,4,2    what the model costs in fewer bits, for a page or a phone

The folder holds results.json, report.html, the kept model and all finished trials; the same command
again continues where it was stopped.`,
    )
    .action(async (files: string[], options: Options) => {
      await compare(files, options);
    });
}

async function compare(files: string[], options: Options): Promise<void> {
  const started = performance.now();
  if (options.quick && options.budget !== undefined)
    throw new UsageError("--quick: expected this or --budget, got both");
  const milliseconds = options.budget ?? (options.quick ? quick : null);
  const budget = milliseconds === null ? null : makeBudget(milliseconds, started);
  const workers = workersOf(options);
  if (options.model !== "mlp" && options.hidden !== undefined)
    throw new UsageError(
      `--hidden: expected no hidden layers with --model ${options.model}, got ${options.hidden.join(",")}`,
    );
  const loaded = await loadOwn(options.with);
  const model = modelNamed(options.model, loaded, options.with);
  const own = { candidates: loaded.candidates, models: model === undefined ? [] : [model] };
  const origins = originsOf(own);
  const { settings, subjects } = await understand(files, options);
  const { task } = subjects[0].dataset;
  const chosen = asOptions(() => {
    metricFor(settings.metric, task);
    return chooseCandidates(settings, task, { candidates: own.candidates, model });
  });
  const { keep, quantize } = options;
  checkKeep(keep, settings, chosen, subjects);
  checkQuantize(quantize, { keep, task, model, subjects });
  if (model !== undefined) for (const { dataset } of subjects) tryModel(model, dataset);
  const candidates = summarise(chosen, task, settings.configurations);
  const { engine, note } = await chooseEngine(options);
  const out = options.out ?? defaultFolder(subjects);
  const run = {
    command: "compare",
    settings,
    versions: versions(),
    engine,
    data: subjects.map(identityOf),
    ...(origins.length > 0 && { origins }),
    ...(model && { model: model.id }),
    ...(keep !== "auto" && { keep }),
    ...(quantize.length > 0 && { quantize }),
  };
  await inOutputFolder(out, run, areRecords, async (store) => {
    if (note !== null) tell(note);
    describeSubjects(subjects, settings, candidates.length);
    for (const { file } of origins) {
      const brought = [...own.candidates, ...own.models].filter(({ origin }) => origin?.file === file);
      tell(`${file}: ${brought.map(({ id }) => id).join(", ")}`);
    }
    for (const { text } of chooseReferences(settings).notes) tell(text);
    const sums = subjects.map(({ sha256 }) => sha256);
    const replaced = await replacedResults(out, { settings, sums, model });
    if (replaced !== null) tell(replaced);
    const warn = warnOnce(process.stderr);
    await interruptible(async (signal) => {
      const earlier = await earlierRun(out, settings, sums);
      const whole: RunOptions = {
        ...{ subjects, settings, candidates: chosen, summaries: candidates, store, workers, budget },
        ...{ versions: versions(), engine, origins, model, warn, signal },
        ...{ baseline: baselineIdOf(settings, task), keep, quantize },
        ...(earlier && { earlier: earlier.sample }),
      };
      const { taken, records, cut } = await runTrials(whole);
      const missing = [...sampled(taken), ...cut];
      for (const what of missing) tell(`budget: ${what}; the same command with more time continues`);
      const over = budget === null ? null : overrun(budget);
      if (over !== null) tell(over);
      const seen = seenOf(taken, records, missing);
      const look = { ...seen, ...lookAt(earlier, seen, settings.alpha) };
      const results = resultsOf(taken, records, missing, look, keep);
      const quantised = quantize.length === 0 ? [] : await runQuantised(taken, results, quantize);
      await startEngine();
      const compile = await compilerOf(engine, warn);
      const models = await fitModels(taken.subjects, taken.settings, results, {
        signal,
        compile,
        candidates: own.candidates,
        model,
      });
      const quantisedFiles =
        quantize.length === 0
          ? {}
          : await keepQuantised(taken.subjects, models, results, {
              ...{ widths: quantize, trials: quantised, own: model, compile, signal },
            });
      const typed = process.argv.slice(2);
      const report = renderReport(results, out, typed);
      signal.throwIfAborted();
      const names = subjects.map(({ name }) => name);
      await replaceTogether(out, {
        ...(await modelFiles(names, models, model)),
        ...quantisedFiles,
        "report.html": report,
        "results.json": `${JSON.stringify(results, null, 1)}\n`,
      });
      for (const { notes } of results.datasets)
        for (const note of notes) if (note.about === "unlabeled") tell(noteText(note));
      print(options.json ? `${JSON.stringify(results)}\n` : resultTable(results, { folder: out, typed }));
    });
  });
  tell(`${join(out, "report.html")} has the figures, ${join(out, "results.json")} every number`);
}

/** What was asked for, and the data sets. The bytes of the files are let go. */
async function understand(
  files: string[],
  options: Options,
): Promise<{ settings: Settings; subjects: Subject[] }> {
  const inputs = await readInputs(files);
  const settings = settingsOf(await targetOf(files, inputs, options), options);
  asOptions(() => checkSettings(settings));
  return { settings, subjects: await readSubjects(inputs, settings) };
}

/** What tells a subject from others. */
function identityOf({ name, sha256, testSha256, teacherSha256, unlabeledSha256 }: Subject) {
  return { name, sha256, testSha256, teacherSha256, unlabeledSha256 };
}

/** The column asked for, or the one that the first bundled data set is about. */
async function targetOf(files: string[], inputs: Input[], options: Options): Promise<string> {
  if (options.task === "preference") {
    if (options.target === undefined) return "preference";
    throw new UsageError(
      `--target: expected none with --task preference (the columns say what was chosen), got '${options.target}'`,
    );
  }
  const target = options.target ?? bundledTarget(files[0]);
  if (target !== undefined) return target;
  const { columns } = await readInputTable(inputs[0], options);
  const named = columns.map(({ name }) => name);
  const isPairs = named.some(
    (name) => name.endsWith("chosen") && named.includes(name.replace(/chosen$/, "rejected")),
  );
  const pairs = isPairs ? " (where one of two was chosen: --task preference)" : "";
  throw new UsageError(`--target: expected the column to predict, one of ${listed(named)}, got none${pairs}`);
}

function settingsOf(target: string, options: Options): Settings {
  const {
    workers: _w,
    budget: _b,
    quick: _q,
    out: _o,
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

/** Refusals of the library name settings (`maxEpochs: expected ...`); here they are options (`--max-epochs`). */
function asOptions<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(error.message.replace(/^[a-zA-Z]+(?=: expected )/, optionOf));
  }
}

/** `minimand-NAME`, `minimand-A-B-C`, `minimand-A-and-9-more`. */
function defaultFolder(subjects: readonly Subject[]): string {
  const names = subjects.map(({ name }) => name);
  const joined = names.length <= 3 ? names.join("-") : `${names[0]}-and-${names.length - 1}-more`;
  return `minimand-${joined}`.slice(0, 80);
}
