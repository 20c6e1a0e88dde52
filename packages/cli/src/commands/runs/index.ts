import { plural } from "@minimand/compare";
import { Command } from "commander";
import { UsageError } from "../../failure.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { printable, printableJson, tell } from "../../printable.ts";
import { isHouse } from "../../queue/house.ts";
import { removeRun } from "../../queue/remove-run.ts";
import { filesToWrite } from "../../queue/run-files.ts";
import { cancelRun, eventsOf, findRun, listRuns, type Run, reviveRun } from "../../queue/run-store.ts";
import { type WorkerRow, workersHere } from "../../queue/workers-here.ts";
import { duration } from "../../run/progress.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { type WidthColumn, widthTable } from "../../terminal/width-table.ts";
import type { OpenStore } from "../../worker/on-store.ts";
import { place, storeOption } from "../options.ts";

interface Options {
  store?: string;
  json: boolean;
}

/** `minimand runs ...`: the runs of a store. */
export function define(command: Command): Command {
  command.description("The runs of a store: what they are, how far, and who works on them.").addHelpText(
    "after",
    `
Examples:
  minimand runs --store postgres://db.example.org/minimand
  minimand runs show 4f2a --out churn      results, report and model of a finished run
  minimand runs cancel 4f2a
  minimand runs resume 4f2a
  minimand runs remove 4f2a                results, models and data that no other run needs

A run may be named by the beginning of its id.`,
  );
  const sub = (name: string, what: string): Command =>
    new Command(name).description(what).addOption(storeOption()).option("--json", "machine-readable", false);
  return command
    .addCommand(
      sub("list", "All runs with state and progress, and the workers that are there.").action(list),
      {
        isDefault: true,
      },
    )
    .addCommand(
      sub("show", "One run: state, what happened, and what came of it.")
        .argument("<id>", "the run")
        .option("-o, --out <folder>", "write its results, report and model there", place)
        .action(show),
    )
    .addCommand(
      sub("cancel", "Stop a run; what is computed of it stays.").argument("<id>", "the run").action(cancel),
    )
    .addCommand(
      sub(
        "resume",
        "Let a run go on that was cancelled or has failed, or of which trials have failed: they are tried again.",
      )
        .argument("<id>", "the run")
        .action(resume),
    )
    .addCommand(
      sub("remove", "Delete a run that is at its end, with all in the store that no other run needs.")
        .argument("<id>", "the run")
        .action(remove),
    );
}

async function inReach<T>(options: Options, use: (open: OpenStore) => Promise<T>): Promise<T> {
  const { madeStore } = await import("../../store/made-store.ts");
  const store = madeStore(options.store);
  const { inStore } = await import("../../worker/on-store.ts");
  return inStore(store, use);
}

async function list(options: Options): Promise<void> {
  await inReach(options, async ({ database }) => {
    const runs = await listRuns(database);
    const workers = await workersHere(database);
    if (options.json) {
      print(`${printableJson({ runs: runs.map(described), workers }, 1)}\n`);
      return;
    }
    if (runs.length === 0) tell(`no runs in ${database.name}: 'minimand compare ... --store' starts one`);
    else
      print(
        `${widthTable(
          runColumns,
          runs.map((run) => rowOf(run, workers)),
          terminalWidth(),
        )}\n`,
      );
    tell(
      workers.length === 0
        ? "no workers are there"
        : `${plural(workers.length, "worker")}: ${workers.map(whoIs).join("; ")}`,
    );
  });
}

const runColumns: WidthColumn[] = [
  { head: "run", align: "left", keep: 5 },
  { head: "what", align: "left", keep: 3 },
  { head: "state", align: "left", keep: 4 },
  { head: "done", align: "right", keep: 4 },
  { head: "left", align: "right", keep: 2 },
  { head: "workers", align: "right", keep: 1 },
  { head: "started", align: "left", keep: 0 },
];

function rowOf(run: Run, workers: readonly WorkerRow[]): string[] {
  const { id, title, state, createdAt } = run;
  const on = workers.filter(({ runs }) => runs.includes(id)).length;
  return [
    id,
    title,
    state,
    progressOf(run),
    leftOf(run),
    on === 0 ? "" : String(on),
    createdAt.toISOString(),
  ];
}

/** `2026-11-27 15:42:47 UTC`. */
const timeOf = (date: Date): string => `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;

const progressOf = ({ state, done, total, label }: Run): string =>
  total === 0
    ? state === "running"
      ? "preparing"
      : ""
    : `${done} of ${total}${label?.startsWith("trials") ? "" : ` ${label}`}`;

const leftOf = ({ state, left }: Run): string => (state === "running" && left !== null ? duration(left) : "");

const whoIs = ({ id, host, pid, doing }: WorkerRow): string =>
  `${id} on ${host} (process ${pid})${doing === null ? "" : `, ${doing}`}`;

/** A run as JSON: without what only workers need. */
function described({
  request: _r,
  attached: _a,
  house: _h,
  typed: _t,
  ...run
}: Run): Record<string, unknown> {
  return run;
}

async function show(id: string, options: Options & { out?: string }): Promise<void> {
  await inReach(options, async ({ database }) => {
    const run = await findRun(database, id);
    const events = await eventsOf(database, run.id);
    const workers = (await workersHere(database)).filter(({ runs }) => runs.includes(run.id));
    const { out } = options;
    if (out !== undefined && run.state !== "finished")
      throw new UsageError(`--out: expected a finished run, got ${run.id}, which is ${run.state}`);
    if (options.json) print(`${printableJson({ ...described(run), workers, events }, 1)}\n`);
    else {
      const { title, state, needs, origins, reason } = run;
      const lines = [
        `${run.id}  ${title}`,
        `${state}${progressOf(run) === "" ? "" : `, ${progressOf(run)}`}${reason === null ? "" : `: ${reason}`}`,
        // Whoever can write to the store can write anything.
        ...(isHouse({ ...needs, origins })
          ? [
              `minimand ${needs.versions.minimand}, Node ${needs.versions.node}, ${needs.engine.name} (${needs.engine.version})`,
            ]
          : []),
        ...workers.map((worker) => `worker ${whoIs(worker)}`),
        ...events.map(({ at, text }) => `${timeOf(at)}  ${text}`),
      ];
      print(`${lines.map(printable).join("\n")}\n`);
    }
    if (out === undefined) return;
    await replaceTogether(out, await filesToWrite(database, run, out));
    tell(`${out} has its results, report and model`);
  });
}

async function cancel(id: string, options: Options): Promise<void> {
  await inReach(options, async ({ database }) => {
    const run = await findRun(database, id);
    if (!(await cancelRun(database, run.id)))
      throw new UsageError(
        `${run.id}: expected a run that is waiting or running, got one that is ${run.state}`,
      );
    answer(options, await findRun(database, run.id), "cancelled: what is computed of it stays");
  });
}

async function resume(id: string, options: Options): Promise<void> {
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

async function remove(id: string, options: Options): Promise<void> {
  await inReach(options, async ({ database }) => {
    const run = await findRun(database, id);
    if (!(await removeRun(database, run.id)))
      throw new UsageError(
        `${run.id}: expected a run at its end, got one that is ${run.state}: 'minimand runs cancel ${run.id}' stops it`,
      );
    answer(options, run, "is removed");
  });
}

function answer({ json }: Options, run: Run, text: string): void {
  print(json ? `${printableJson(described(run), 1)}\n` : `run ${printable(run.id)} ${text}\n`);
}
