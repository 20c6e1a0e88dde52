import { checkNumber, readOptions } from "minimand/engine";
import { Interrupted } from "../../run/interrupted.ts";
import type { Asked } from "./asked.ts";
import type { ComparisonEvent, FinishedComparison } from "./events.ts";
import type { Look } from "./look.ts";
import type { PredictAsked, PredictedRows } from "./predict-page.ts";
import {
  type CallName,
  type Calls,
  type KeptComparison,
  receivedError,
  type SentAnswer,
  type SentCall,
  type SessionSettings,
} from "./protocol.ts";
import type { FileRead, PageReading } from "./read-page-file.ts";

/** What {@link openSession} needs. */
export interface SessionOptions {
  /** Starts a worker whose module calls `answerComparisons`: bundlers only find `new Worker(new URL(...))` where it is written. */
  start: () => Worker;
  /** Prefix of the names of the databases that are used; default `minimand`. */
  database?: string;
  /** Workers that run trials; default: one for each core, fewer where each needs much memory. */
  workers?: number;
  /** The most bytes of a file, packed and unpacked; default 60 MB: 50 MB were tried. */
  mostBytes?: number;
}

/** A comparison that runs in workers of this page. */
export interface RunningComparison {
  /** Rejects with `Interrupted` where it was stopped; what it had finished is kept. */
  done: Promise<FinishedComparison>;
  stop(): void;
}

/** How a comparison is run; its results don't depend on it. */
export interface RunningHow {
  /** Workers that run trials; default: those of the browser session. */
  workers?: number;
}

/** Called with the number of bytes read and of all bytes. */
export type Reads = (done: number, total: number) => void;

/** Comparisons in a page: what is asked for is done in workers, and kept in the browser alone. */
export interface Session {
  /** What a file is: its columns, what reading decided, and what is likely to be predicted. */
  read(file: File, how?: PageReading & { progress?: Reads }): Promise<FileRead>;
  /** What a careful reader says before anything is trained, and what would be. */
  look(asked: Asked, progress?: Reads): Promise<Look>;
  /** Runs a comparison; one that was begun with the same files and options goes on. */
  compare(asked: Asked, tell: (event: ComparisonEvent) => void, how?: RunningHow): RunningComparison;
  /** Goes on with one that is kept. */
  goOn(id: string, tell: (event: ComparisonEvent) => void, how?: RunningHow): RunningComparison;
  /** All that are kept, the latest first. */
  kept(): Promise<KeptComparison[]>;
  /** The results of a finished comparison. */
  finished(id: string): Promise<FinishedComparison>;
  /** Lets all go that is kept of one. */
  forget(id: string): Promise<void>;
  /** Applies a kept model. */
  predict(asked: PredictAsked): Promise<PredictedRows>;
  /** Ends all workers; comparisons that run are stopped. */
  close(): void;
}

/**
 * Opens the comparisons of a page. Everything runs in module workers, so that the page never waits; files stay in the browser.
 *
 * Promises reject with `DataError`, `UsageError`, `RangeError` or `TypeError`, each with one line for the user, with `Interrupted`, or with
 * the browser's `QuotaExceededError`; any other error is a fault of the program (`isMendable` distinguishes them).
 *
 * @throws TypeError, RangeError for an option that does not exist or makes no sense
 *
 * @example
 * const session = openSession({
 *   start: () => new Worker(new URL("./comparison-worker.ts", import.meta.url), { type: "module" }),
 * });
 */
export function openSession(options: SessionOptions): Session {
  const {
    start,
    database,
    workers = null,
    mostBytes: most,
  } = readOptions("openSession", options, {
    start: true,
    database: ["minimand"],
    workers: true,
    mostBytes: [60e6, { min: 1 }],
  });
  if (workers !== null) checkNumber("workers", workers, { min: 1, integer: true });
  const settings: SessionSettings = { database, workers, most };
  const lines = new Set<Line>();
  /** For what takes a moment; a comparison has a worker of its own, with which it ends. */
  let shared: Line | null = null;
  const open = (own: SessionSettings = settings): Line => {
    const line = openLine(start, own);
    lines.add(line);
    line.ended.then(() => {
      lines.delete(line);
      if (shared === line) shared = null;
    });
    return line;
  };
  const ask = <Name extends CallName>(
    name: Name,
    of: Calls[Name]["of"],
    tell: (event: Calls[Name]["tells"]) => void = () => {},
  ): Promise<Calls[Name]["gives"]> => {
    shared ??= open();
    return shared.ask(name, of, tell);
  };
  const comparing = <Name extends "compare" | "goOn">(
    name: Name,
    of: Calls[Name]["of"],
    tell: (event: ComparisonEvent) => void,
    { workers: so = workers }: { workers?: number | null } = {},
  ): RunningComparison => {
    if (so !== null) checkNumber("workers", so, { min: 1, integer: true });
    const line = open({ ...settings, workers: so });
    const over = new Interrupted(
      "interrupted: what was finished is kept; the same comparison goes on with it",
    );
    const done = line.ask(name, of, tell).finally(() => line.end(over));
    return { done, stop: () => line.end(over) };
  };
  const reads = (progress: Reads | undefined) => (event: { done: number; total: number }) =>
    progress?.(event.done, event.total);
  return {
    read: (file, { progress, ...how } = {}) => ask("read", { file, how }, reads(progress)),
    look: (asked, progress) => ask("look", asked, reads(progress)),
    compare: (asked, tell, how) => comparing("compare", asked, tell, how),
    goOn: (id, tell, how) => comparing("goOn", id, tell, how),
    kept: () => ask("kept", null),
    finished: (id) => ask("finished", id),
    async forget(id) {
      await ask("forget", id);
    },
    predict: (asked) => ask("predict", asked),
    close() {
      for (const line of [...lines])
        line.end(new Interrupted("interrupted: the page's comparisons are closed"));
    },
  };
}

/** A worker, and what was asked of it. */
interface Line {
  ask<Name extends CallName>(
    name: Name,
    of: Calls[Name]["of"],
    tell: (event: Calls[Name]["tells"]) => void,
  ): Promise<Calls[Name]["gives"]>;
  end(why: Error): void;
  ended: Promise<void>;
}

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
  tell: (event: never) => void;
}

function openLine(start: () => Worker, settings: SessionSettings): Line {
  const worker = start();
  const waiting = new Map<number, Waiting>();
  const ended = Promise.withResolvers<void>();
  let calls = 0;
  const end = (why: Error): void => {
    worker.terminate();
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
    ended.resolve();
  };
  worker.onmessage = ({ data }: MessageEvent<SentAnswer>) => {
    const asked = waiting.get(data.call);
    if (asked === undefined) return;
    if ("event" in data) return asked.tell(data.event as never);
    waiting.delete(data.call);
    if ("error" in data) asked.reject(receivedError(data.error));
    else asked.resolve(data.result as never);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end(new Error(`a worker of the page failed: ${event.message || "its module could not be loaded"}`));
  };
  return {
    ask: (name, argument, tell) =>
      new Promise((resolve, reject) => {
        const call = calls++;
        waiting.set(call, { resolve, reject, tell });
        worker.postMessage({ call, name, argument, settings } satisfies SentCall);
      }),
    end,
    ended: ended.promise,
  };
}
