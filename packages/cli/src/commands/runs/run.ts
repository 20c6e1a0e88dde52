import { plural, readResults } from "@minimand/compare";
import type { Contents } from "@minimand/compare/artifacts";
import { replacedResults } from "../../compare/replaced-results.ts";
import { UsageError } from "../../failure.ts";
import { holdOutputFolder } from "../../files/output-folder.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { printable, printableJson, tell } from "../../printable.ts";
import { removeRun } from "../../queue/remove-run.ts";
import { filesToWrite, textOf } from "../../queue/run-files.ts";
import { cancelRun, eventsOf, findRun, listRuns, type Run, reviveRun } from "../../queue/run-store.ts";
import { workersHere } from "../../queue/workers-here.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import type { OpenStore } from "../../worker/on-store.ts";
import { described, runsTable, runText, whoIs } from "./report.ts";

/** What `minimand runs` was asked. */
export interface RunsOptions {
  store?: string;
  json: boolean;
}

async function inReach<T>(options: RunsOptions, use: (open: OpenStore) => Promise<T>): Promise<T> {
  const { madeStore } = await import("../../store/made-store.ts");
  const store = madeStore(options.store);
  const { inStore } = await import("../../worker/on-store.ts");
  return inStore(store, use);
}

/** Prints the runs of a store, and the workers that are there. */
export async function list(options: RunsOptions): Promise<void> {
  await inReach(options, async ({ database }) => {
    const runs = await listRuns(database);
    const workers = await workersHere(database);
    if (options.json) {
      print(`${printableJson({ runs: runs.map(described), workers }, 1)}\n`);
      return;
    }
    if (runs.length === 0) tell(`no runs in ${database.name}: 'minimand compare ... --store' starts one`);
    else print(`${runsTable(runs, workers, terminalWidth())}\n`);
    tell(
      workers.length === 0
        ? "no workers are there"
        : `${plural(workers.length, "worker")}: ${workers.map(whoIs).join("; ")}`,
    );
  });
}

/** Prints one run, and writes its files where a folder is given. */
export async function show(id: string, options: RunsOptions & { out?: string }): Promise<void> {
  await inReach(options, async ({ database }) => {
    const run = await findRun(database, id);
    const events = await eventsOf(database, run.id);
    const workers = (await workersHere(database)).filter(({ runs }) => runs.includes(run.id));
    const { out } = options;
    if (out !== undefined && run.state !== "finished")
      throw new UsageError(`--out: expected a finished run, got ${run.id}, which is ${run.state}`);
    if (options.json) print(`${printableJson({ ...described(run), workers, events }, 1)}\n`);
    else print(`${runText(run, workers, events)}\n`);
    if (out === undefined) return;
    await write(run, await filesToWrite(database, run, out), out);
    tell(`${out} has its results, report and model`);
  });
}

/** Writes the files of a run into a folder, as the command does that computes it there. */
async function write({ id, kind }: Run, files: Contents, out: string): Promise<void> {
  const output = {
    out,
    run: { command: "runs show", id },
    files: Object.keys(files),
    schema: kind === "compare" ? "minimand.compare/2" : "minimand.reproduction/1",
  };
  await holdOutputFolder(output, async () => {
    if (kind === "compare") {
      const { settings, datasets, ownModel } = readResults(textOf(files, "results.json"), `run ${id}`);
      const sums = datasets.map(({ sha256 }) => sha256);
      const replaced = await replacedResults(out, { settings, sums, model: ownModel });
      if (replaced !== null) tell(replaced);
    }
    await replaceTogether(out, files);
  });
}

/** Stops a run. */
export async function cancel(id: string, options: RunsOptions): Promise<void> {
  await inReach(options, async ({ database }) => {
    const run = await findRun(database, id);
    if (!(await cancelRun(database, run.id)))
      throw new UsageError(
        `${run.id}: expected a run that is waiting or running, got one that is ${run.state}`,
      );
    answer(options, await findRun(database, run.id), "cancelled: what is computed of it stays");
  });
}

/** Lets a run go on. */
export async function resume(id: string, options: RunsOptions): Promise<void> {
  await inReach(options, async ({ database, jobs }) => {
    const run = await findRun(database, id);
    const revived = await reviveRun(database, run.id);
    if (!revived && run.state === "finished")
      throw new UsageError(
        `${run.id}: expected a run to go on, got one that is finished, and none of whose trials has failed`,
      );
    await jobs.sendRun(run.house, run.id);
    answer(options, await findRun(database, run.id), "goes on with the workers that are there or will be");
  });
}

/** Deletes a run that is at its end. */
export async function remove(id: string, options: RunsOptions): Promise<void> {
  await inReach(options, async ({ database }) => {
    const run = await findRun(database, id);
    if (!(await removeRun(database, run.id)))
      throw new UsageError(
        `${run.id}: expected a run at its end, got one that is ${run.state}: 'minimand runs cancel ${run.id}' stops it`,
      );
    answer(options, run, "is removed");
  });
}

function answer({ json }: RunsOptions, run: Run, text: string): void {
  print(json ? `${printableJson(described(run), 1)}\n` : `run ${printable(run.id)} ${text}\n`);
}
