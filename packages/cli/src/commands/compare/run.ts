import { join } from "node:path";
import {
  areRecords,
  asOptions,
  type Comparison,
  type ComparisonRequest,
  checkSettings,
  chooseReferences,
  defaultFolder,
  furtherTime,
  isOfPairs,
  listed,
  lookAt,
  makeBudget,
  modelNamed,
  type Origin,
  originsOf,
  type Prepared,
  prepareComparison,
  type Results,
  readResults,
  runTrials,
  type Subject,
  seenOf,
  startTeam,
} from "@minimand/compare";
import { type Contents, finishComparison } from "@minimand/compare/artifacts";
import { renderReport } from "@minimand/compare/report";
import { earlierRun } from "../../compare/earlier-run.ts";
import { copiesOf, gatherFiles, handOut, readInputs } from "../../compare/gather-files.ts";
import { replacedResults } from "../../compare/replaced-results.ts";
import { describeSubjects, noteText } from "../../compare/subjects.ts";
import { trialData, trialThreads } from "../../compare/trial-threads.ts";
import { UsageError } from "../../failure.ts";
import { bundledTarget, type Input } from "../../files/input.ts";
import { holdOutputFolder, inOutputFolder } from "../../files/output-folder.ts";
import { readInputTable } from "../../files/read-input-table.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { loadOwn } from "../../own/own-candidates.ts";
import { printableJson, tell } from "../../printable.ts";
import { textOf } from "../../queue/run-files.ts";
import { askedComparison } from "../../queue/submissions.ts";
import { workersOf } from "../../run/concurrency.ts";
import { compilerOf } from "../../run/engine.ts";
import { chooseEngine } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { progressLine } from "../../run/progress.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { versions } from "../../version.ts";
import { type CompareOptions, settingsOf } from "./compare-options.ts";
import { overrun } from "./overrun.ts";
import { resultTable } from "./report.ts";

/** Milliseconds of `--quick`. */
const quick = 30_000;

let isFirst = true;

/** When a command was begun, by the clock of the process: the first one with it, since whoever waits also waits for the program to load. */
function startOfCommand(): number {
  const started = isFirst ? 0 : performance.now();
  isFirst = false;
  return started;
}

/** Compares losses on tables, and writes results, report and model. */
export async function compare(files: string[], options: CompareOptions): Promise<void> {
  const started = startOfCommand();
  if (options.quick && options.budget !== undefined)
    throw new UsageError("--quick: expected this or --budget, got both");
  const milliseconds = options.budget ?? (options.quick ? quick : null);
  const budget = milliseconds === null ? null : makeBudget(milliseconds, started);
  const workers = workersOf(options);
  if (options.model !== "mlp" && options.hidden !== undefined)
    throw new UsageError(
      `--hidden: expected no hidden layers with --model ${options.model}, got ${options.hidden.join(",")}`,
    );
  const own = await loadOwn(options.with);
  const model = modelNamed(options.model, own, options.with);
  const inputs = await readInputs(files);
  const settings = settingsOf(await targetOf(files, inputs, options), options);
  asOptions(() => checkSettings(settings));
  const { keep, quantize, store, cache } = options;
  if (store !== undefined && budget !== null)
    throw new UsageError(
      "--store: expected this or a budget (--budget, --quick), which cuts by this machine's time, got both",
    );
  const gathered = await gatherFiles(inputs, settings);
  const origins = originsOf({ ...own, models: model === undefined ? [] : [model] });
  const comparison: Comparison = {
    ...gathered.files,
    settings,
    keep,
    quantize,
    own: { origins, ...(model && { model: model.id }) },
  };
  // What is read is used up, and a store wants it afterwards.
  const bytesOf = store === undefined ? handOut(gathered.bytes) : copiesOf(gathered.bytes);
  const { prepared, said } = await prepareComparison(comparison, bytesOf, own, readInputTable);
  for (const text of said) tell(text);
  const { subjects, summaries } = prepared;
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
  const output = { out, run, files: ["report.html", "results.json", "model"], schema: "minimand.compare/2" };
  const sums = subjects.map(({ sha256 }) => sha256);
  const typed = process.argv.slice(2);
  const describe = async (): Promise<void> => {
    if (note !== null) tell(note);
    describeSubjects(subjects, settings, summaries);
    for (const text of broughtBy(prepared, origins)) tell(text);
    for (const { text } of chooseReferences(settings).notes) tell(text);
    const replaced = await replacedResults(out, { settings, sums, model });
    if (replaced !== null) tell(replaced);
  };
  const delivery: Delivery = { out, typed, json: options.json };
  if (store !== undefined) {
    const { runOnStore } = await import("../../worker/on-store.ts");
    const request: ComparisonRequest = { ...comparison, engine, versions: versions() };
    await holdOutputFolder(output, async () => {
      await describe();
      await interruptible(async (signal) => {
        const submission = askedComparison(request, gathered.bytes, typed);
        const files = await runOnStore({
          store,
          concurrency: workers,
          engine,
          origins,
          submission,
          signal,
          ...(cache !== undefined && { cache }),
        });
        const results = readResults(textOf(files, "results.json"), `${store}, results.json`);
        await deliver(results, files, delivery);
      });
    });
    return;
  }
  await inOutputFolder(output, areRecords, async (trials) => {
    await describe();
    const warn = warnOnce(process.stderr);
    await interruptible(async (signal) => {
      const earlier = await earlierRun(out, settings, sums);
      const pool = () => trialThreads(trialData(prepared, engine), workers, warn);
      const progress = () => progressLine(process.stderr);
      const ran = await runTrials({
        ...prepared,
        keep,
        quantize,
        engine,
        versions: versions(),
        workers,
        budget,
        team: () => startTeam({ store: trials, pool, workers, say: tell, progress, signal }),
        ...(earlier && { earlier: earlier.sample }),
      });
      const { taken, records, missing } = ran;
      for (const text of ran.said) tell(text);
      for (const what of missing) tell(`budget: ${what}; the same command ${furtherTime} continues`);
      const over = budget === null ? null : overrun(budget);
      if (over !== null) tell(over);
      const seen = seenOf(taken, records, missing);
      const look = { ...seen, ...lookAt(earlier, seen, settings.alpha) };
      const { results, files } = await finishComparison(ran, look, {
        say: tell,
        progress,
        signal,
        compiler: () => compilerOf(engine, warn),
      });
      signal.throwIfAborted();
      await deliver(results, files, delivery);
    });
  });
}

/** Where results go to. */
interface Delivery {
  out: string;
  typed: readonly string[];
  json: boolean;
}

/** Writes results with their page and models, and prints them. */
async function deliver(results: Results, files: Contents, { out, typed, json }: Delivery): Promise<void> {
  await replaceTogether(out, {
    ...files,
    "report.html": renderReport(results, out, typed),
    "results.json": `${JSON.stringify(results, null, 1)}\n`,
  });
  for (const { notes } of results.datasets)
    for (const note of notes) if (note.about === "unlabeled") tell(noteText(note));
  print(json ? `${printableJson(results)}\n` : resultTable(results, { folder: out, typed }));
  tell(`${join(out, "report.html")} contains the figures, ${join(out, "results.json")} all numbers`);
}

/** What each of the user's modules brings, in a line. */
function broughtBy({ ownCandidates, model }: Prepared, origins: readonly Origin[]): string[] {
  const parts = [...ownCandidates, ...(model === undefined ? [] : [model])];
  return origins.map(({ file }) => {
    const brought = parts.filter(({ origin }) => origin?.file === file);
    return `${file}: ${brought.map(({ id }) => id).join(", ")}`;
  });
}

/** What tells a subject from others. */
function identityOf({ name, sha256, testSha256, teacherSha256, unlabeledSha256 }: Subject) {
  return { name, sha256, testSha256, teacherSha256, unlabeledSha256 };
}

/** The column asked for, or the one that the first bundled data set is about. */
async function targetOf(files: string[], inputs: Input[], options: CompareOptions): Promise<string> {
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
  const pairs = isOfPairs(named) ? " (where one of two was chosen: --task preference)" : "";
  throw new UsageError(`--target: expected the column to predict, one of ${listed(named)}, got none${pairs}`);
}
