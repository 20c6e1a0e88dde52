import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import {
  checkCorruption,
  checkFolds,
  checkSettings,
  chooseCandidates,
  compareAcross,
  defaultSettings,
  encodeTarget,
  fitWhole,
  makeDataset,
  metricFor,
  type Results,
  readTable,
  reportDataset,
  type Settings,
  summarise,
  type TrialRecord,
} from "@minimand/compare";
import { Command, Option } from "commander";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "../failure.ts";
import { renderReport } from "../report/index.ts";
import { runTrials, type Subject } from "../run/compare-run.ts";
import { startEngine } from "../run/engine.ts";
import { bundledDatasets, type Input, readInput } from "../run/input.ts";
import { openStore } from "../run/store.ts";
import { versions } from "../version.ts";
import { columnTypes, list, number, timeSpan, wholeNumber } from "./options.ts";
import { resultTable } from "./result-table.ts";

interface Options extends Omit<Settings, "losses" | "hidden"> {
  losses?: string[];
  hidden: string[];
  workers: number;
  budget?: number;
  out?: string;
  json: boolean;
}

/** `minimand compare FILE... --target COLUMN`. */
export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "Which training loss helps on these data: trains all of them under equal conditions and tells what is better than cross-entropy, what is the same, and what can't be told apart.",
    )
    .argument(
      "<file...>",
      "CSV, TSV, JSON lines or Parquet (also .gz); a bundled name ('minimand data'); - for stdin",
    )
    .option("-t, --target <column>", "the column to predict (bundled data know theirs)")
    .option("-l, --losses <a,b>", "losses to compare ('minimand losses'); default: all of the task", list)
    .option("-m, --metric <name>", "the metric that decides: balanced-accuracy, f1, roc-auc, r2, ...", "auto")
    .option("-s, --seeds <n>", "repeats of the cross-validation", wholeNumber, defaultSettings.seeds)
    .option("-k, --folds <n>", "folds a repeat", wholeNumber, defaultSettings.folds)
    .option(
      "-w, --workers <n>",
      "worker threads (results don't depend on it)",
      wholeNumber,
      availableParallelism(),
    )
    .option("--budget <time>", "stop at a whole repeat before this time (60s, 5m, 2h)", timeSpan)
    .option("-o, --out <folder>", "output folder; default: minimand-NAME")
    .option("--json", "print results.json on stdout", false)
    .option(
      "--baseline <loss>",
      "what the others are measured against; default: cross-entropy, squared",
      "auto",
    )
    .addOption(
      new Option("--task <task>", "what is predicted; default: inferred")
        .choices(["auto", "binary", "multiclass", "regression"])
        .default("auto"),
    )
    .option("--positive <class>", "the positive class of a binary target; default: the smaller one")
    .addOption(new Option("--model <model>", "network").choices(["mlp", "linear"]).default("mlp"))
    .option("--hidden <a,b>", "widths of the hidden layers", list, defaultSettings.hidden.map(String))
    .option(
      "--configurations <n>",
      "configurations tried for each loss",
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
    .option("--batch-size <n>", "rows a training step", wholeNumber, defaultSettings.batchSize)
    .option("--types <a=kind,...>", "override inferred types: zip=categorical,age=numeric", columnTypes, {})
    .option("--ignore <a,b>", "columns that are no inputs", list, [])
    .option("--group <column>", "rows with equal values stay in one fold")
    .option("--test <file>", "test on this file instead of folds; each seed is one repeat")
    .option("--label-noise <p>", "give this share of the training labels a wrong class", number, 0)
    .option("--imbalance <r>", "thin out the smaller classes of the training rows to 1 in r", number)
    .option(
      "--rope <x>",
      "differences smaller than this count as none; default: 0.01, or 1 % of the baseline's RMSE or MAE",
      number,
    )
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

The folder holds results.json, report.html, the kept model and all finished trials; the same command
again continues where it was stopped.`,
    )
    .action(async (files: string[], options: Options) => {
      await compare(files, options);
    });
}

async function compare(files: string[], options: Options): Promise<void> {
  const settings = settingsOf(files, options);
  checkSettings(settings);
  if (!(options.workers >= 1))
    throw new RangeError(`workers: expected an integer >= 1, got ${options.workers}`);
  const inputs = await Promise.all(files.map(readInput));
  const subjects = await readSubjects(inputs, settings);
  const { task } = subjects[0].dataset;
  const other = subjects.find((s) => s.dataset.task !== task);
  if (other !== undefined) {
    throw new UsageError(
      `${other.name}: expected the task ${task} of the first file, got ${other.dataset.task}: compare files of one task`,
    );
  }
  metricFor(settings.metric, task);
  const chosen = chooseCandidates(settings, task);
  const candidates = summarise(chosen, task, settings.configurations);
  describe(subjects, settings, candidates.length);

  const out = options.out ?? `minimand-${subjects.map((s) => s.name).join("-")}`.slice(0, 80);
  const store = await openStore(out);
  const records = await runTrials({
    subjects,
    settings,
    candidates: chosen,
    store,
    workers: options.workers,
    budget: options.budget ?? null,
    versions: versions(),
  });
  const results = assemble(inputs, subjects, settings, candidates, records);
  await writeFileAtomic(join(out, "results.json"), `${JSON.stringify(results, null, 1)}\n`);
  await writeFileAtomic(join(out, "report.html"), renderReport(results));
  await keepModels(out, subjects, settings, results);
  if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  else process.stdout.write(resultTable(results));
  process.stderr.write(
    `${join(out, "report.html")} has the figures, ${join(out, "results.json")} every number\n`,
  );
}

function settingsOf(files: string[], options: Options): Settings {
  const bundled = bundledDatasets();
  const known = files.map((file) => bundled.find((entry) => entry.name === file)?.target);
  const target = options.target ?? known[0];
  if (target === undefined) throw new UsageError("--target: expected the column to predict, got none");
  const { workers: _w, budget: _b, out: _o, json: _j, hidden, losses, ...rest } = options;
  return {
    ...defaultSettings,
    ...rest,
    target,
    losses: losses ?? "auto",
    hidden: hidden.map(wholeNumber),
    positive: options.positive ?? null,
    group: options.group ?? null,
    test: options.test ?? null,
    imbalance: options.imbalance ?? null,
    rope: options.rope ?? "auto",
  };
}

async function readSubjects(inputs: Input[], settings: Settings): Promise<Subject[]> {
  const test = settings.test === null ? null : await readInput(settings.test);
  const testTable = test === null ? null : await readTable(test.bytes, { name: test.source });
  if (testTable !== null && inputs.length > 1)
    throw new UsageError("--test: expected one training file, got several");
  const subjects: Subject[] = [];
  for (const input of inputs) {
    const table = await readTable(input.bytes, { name: input.source });
    const dataset = makeDataset(table, {
      target: settings.target,
      types: settings.types,
      ignore: settings.ignore,
      ...(settings.task === "auto" ? {} : { task: settings.task }),
      ...(settings.group === null ? {} : { group: settings.group }),
      ...(settings.positive === null ? {} : { positive: settings.positive }),
    });
    checkCorruption(dataset.task, settings.labelNoise, settings.imbalance);
    if (testTable === null) checkFolds(dataset, settings.folds);
    else encodeTarget(dataset, testTable);
    subjects.push({
      name: input.name,
      dataset,
      testTable,
      sha256: input.sha256,
      testSha256: test?.sha256 ?? null,
    });
  }
  return subjects;
}

/** What was understood, on stderr. */
function describe(subjects: Subject[], settings: Settings, candidates: number): void {
  for (const { name, dataset } of subjects) {
    const classes = dataset.task === "regression" ? "" : `, ${dataset.classes.length} classes`;
    process.stderr.write(
      `${name}: ${dataset.rows} rows, ${dataset.features.length} inputs, ${dataset.task}${classes}\n`,
    );
    for (const note of dataset.notes) {
      process.stderr.write(`  ${note.column === undefined ? "" : `${note.column}: `}${note.text}\n`);
    }
  }
  const splits =
    settings.test === null
      ? `${settings.folds} folds x ${settings.seeds} seeds`
      : `${settings.seeds} seeds on ${settings.test}`;
  process.stderr.write(
    `${candidates} rows to compare, ${splits}, ${settings.configurations} configurations each\n`,
  );
}

function assemble(
  inputs: Input[],
  subjects: Subject[],
  settings: Settings,
  candidates: Results["candidates"],
  records: TrialRecord[][],
): Results {
  const datasets = subjects.map(({ name, dataset, testTable, sha256 }, i) => {
    const testRows = testTable === null ? null : encodeTarget(dataset, testTable).rows.length;
    return reportDataset(
      dataset,
      { name, source: inputs[i].source, sha256, testRows },
      settings,
      candidates,
      records[i],
    );
  });
  return {
    schema: "minimand.compare/1",
    created: new Date().toISOString(),
    versions: versions(),
    settings,
    candidates,
    datasets,
    across: datasets.length > 1 ? compareAcross(datasets, settings.alpha) : null,
  };
}

/** The kept model of each data set: `model/` for one file, `model/NAME/` for several. */
async function keepModels(
  out: string,
  subjects: Subject[],
  settings: Settings,
  results: Results,
): Promise<void> {
  await startEngine();
  for (const [i, { name, dataset }] of subjects.entries()) {
    const chosen = results.datasets[i].model;
    if (chosen === null) continue;
    const { description, weights } = await fitWhole(dataset, settings, chosen);
    const folder = subjects.length === 1 ? join(out, "model") : join(out, "model", name);
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, "model.safetensors"), Buffer.from(weights));
    await writeFileAtomic(join(folder, "model.json"), `${JSON.stringify(description, null, 1)}\n`);
  }
}
