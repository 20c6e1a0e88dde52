import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { threadId } from "node:worker_threads";
import { rangeError } from "minimand/engine";

const variable = "MINIMAND_PROFILE";

/** Runs of a program that are recorded: ONNX Runtime keeps half a kilobyte of each operation of each run. */
const recordedRuns = 30;

/** What a profile needs of a session: ONNX Runtime writes what it recorded, and names the file. */
interface Recording {
  endProfiling(): string;
}

/** A program that is being recorded. */
export interface Profile {
  /** Where ONNX Runtime writes the optimised graph and what it records. */
  options: { enableProfiling: true; profileFilePrefix: string; optimizedModelFilePath: string };
  /** The program is loaded. */
  start(): void;
  /** Counts a run. */
  ran(): void;
  /** Writes the files, if it wasn't done yet. */
  end(): void;
}

/**
 * Returns the folder that the environment variable MINIMAND_PROFILE asks for, which is created if it is missing; undefined if the variable is not set.
 *
 * @throws RangeError where it can't be made
 */
export function profileFolder(): string | undefined {
  const folder = process.env[variable];
  if (!folder) return undefined;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw rangeError(
      variable,
      `a folder that can be made (${(error as NodeJS.ErrnoException).code})`,
      folder,
    );
  }
  return resolve(folder);
}

const open = new Set<Profile>();
let count = 0;

function endAll(): void {
  for (const profile of open) profile.end();
}

/**
 * Returns the profile of a program that is about to be loaded, where one is asked for. Its files are `NAME.onnx`, the graph as ONNX Runtime
 * runs it; `NAME.json`, every operation of the first 30 runs, in the format of Chrome's traces; and `NAME.tsv`, their times by operator.
 * The last two are written after a number of runs, or when the program is given up or the thread ends; of a thread that is cut off there is
 * the trace alone, under a name of ONNX Runtime's.
 */
export function profileOf(session: Recording): Profile | undefined {
  const folder = profileFolder();
  if (folder === undefined) return undefined;
  const name = join(folder, `program-${process.pid}-${threadId}-${++count}`);
  let runs = 0;
  const profile: Profile = {
    options: { enableProfiling: true, profileFilePrefix: name, optimizedModelFilePath: `${name}.onnx` },
    start() {
      if (open.size === 0) process.on("exit", endAll);
      open.add(profile);
    },
    ran() {
      if (++runs === recordedRuns) profile.end();
    },
    end() {
      if (!open.delete(profile)) return;
      if (open.size === 0) process.off("exit", endAll);
      renameSync(session.endProfiling(), `${name}.json`);
      writeFileSync(`${name}.tsv`, timesByOperator(readFileSync(`${name}.json`, "utf8")));
    },
  };
  return profile;
}

interface Event {
  name: string;
  /** Microseconds: when it began, and how long it took. */
  ts: number;
  dur: number;
  args: { op_name?: string };
}

/** A table of operators, the slowest first: how often each was run, microseconds in all, and their share. */
function timesByOperator(trace: string): string {
  const operations = (JSON.parse(trace) as Event[])
    .filter(({ name, args }) => args.op_name !== undefined && name.endsWith("_kernel_time"))
    .sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const totals = new Map<string, { calls: number; time: number }>();
  const around: { end: number; total: { time: number } }[] = [];
  for (const { ts, dur, args } of operations) {
    const total = totals.get(args.op_name!) ?? { calls: 0, time: 0 };
    totals.set(args.op_name!, total);
    total.calls++;
    total.time += dur;
    // What runs inside of a loop is not the loop's own time.
    while (around.length > 0 && around[around.length - 1].end <= ts) around.pop();
    if (around.length > 0) around[around.length - 1].total.time -= dur;
    around.push({ end: ts + dur, total });
  }
  const all = [...totals.values()].reduce((sum, { time }) => sum + time, 0);
  const rows = [...totals]
    .sort(([, a], [, b]) => b.time - a.time)
    .map(([operator, { calls, time }]) => [operator, calls, time, (time / (all || 1)).toFixed(3)]);
  return [["operator", "calls", "microseconds", "share"], ...rows]
    .map((row) => `${row.join("\t")}\n`)
    .join("");
}
