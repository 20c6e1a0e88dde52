import { printable } from "../../printable.ts";
import { isEnvironment } from "../../queue/environment.ts";
import type { eventsOf, Run } from "../../queue/run-store.ts";
import type { WorkerRow } from "../../queue/workers-here.ts";
import { duration } from "../../run/progress.ts";
import { type WidthColumn, widthTable } from "../../terminal/width-table.ts";

/** Runs as a table of a width. */
export function runsTable(runs: readonly Run[], workers: readonly WorkerRow[], width: number): string {
  return widthTable(
    runColumns,
    runs.map((run) => rowOf(run, workers)),
    width,
  );
}

/** One run as text: state, what it needs, who works on it, and what happened. */
export function runText(
  run: Run,
  workers: readonly WorkerRow[],
  events: Awaited<ReturnType<typeof eventsOf>>,
): string {
  const { title, state, needs, origins, reason } = run;
  const lines = [
    `${run.id}  ${title}`,
    `${state}${progressOf(run) === "" ? "" : `, ${progressOf(run)}`}${reason === null ? "" : `: ${reason}`}`,
    // Whoever can write to the store can write anything.
    ...(isEnvironment({ ...needs, origins })
      ? [
          `minimand ${needs.versions.minimand}, Node ${needs.versions.node}, ${needs.engine.name} (${needs.engine.version})`,
        ]
      : []),
    ...workers.map((worker) => `worker ${whoIs(worker)}`),
    ...events.map(({ at, text }) => `${timeOf(at)}  ${text}`),
  ];
  return lines.map(printable).join("\n");
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

/** A worker with its machine, and what it does. */
export const whoIs = ({ id, host, pid, doing }: WorkerRow): string =>
  `${id} on ${host} (process ${pid})${doing === null ? "" : `, ${doing}`}`;

/** A run as JSON: without what only workers need. */
export function described({
  request: _r,
  attached: _a,
  house: _h,
  typed: _t,
  ...run
}: Run): Record<string, unknown> {
  return run;
}
