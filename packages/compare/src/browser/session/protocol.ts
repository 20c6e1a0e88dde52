import { DataError, TooLargeError } from "../../data-error.ts";
import { Interrupted } from "../../run/interrupted.ts";
import { isArgumentError, UsageError } from "../../usage-error.ts";
import type { Asked } from "./asked.ts";
import type { ComparisonEvent, FinishedComparison } from "./events.ts";
import type { KeptRecord } from "./kept-comparisons.ts";
import type { Look } from "./look.ts";
import type { PredictAsked, PredictedRows } from "./predict-page.ts";
import type { FileRead, PageReading } from "./read-page-file.ts";

/** A comparison that is kept in the browser, with its state. */
export interface KeptComparison
  extends Pick<KeptRecord, "id" | "names" | "target" | "command" | "started" | "done" | "total" | "bytes"> {
  /** `running`: in this or another tab. */
  state: "finished" | "stopped" | "running";
}

/** What the worker of a page answers: argument, event and result of each. */
export interface Calls {
  read: { of: { file: File; how: PageReading }; tells: { done: number; total: number }; gives: FileRead };
  look: { of: Asked; tells: { done: number; total: number }; gives: Look };
  compare: { of: Asked; tells: ComparisonEvent; gives: FinishedComparison };
  goOn: { of: string; tells: ComparisonEvent; gives: FinishedComparison };
  kept: { of: null; tells: never; gives: KeptComparison[] };
  finished: { of: string; tells: never; gives: FinishedComparison };
  forget: { of: string; tells: never; gives: undefined };
  predict: { of: PredictAsked; tells: never; gives: PredictedRows };
}

export type CallName = keyof Calls;

/** What the page sets for all calls. */
export interface SessionSettings {
  database: string;
  workers: number | null;
  most: number;
}

/** A call as it is sent. */
export interface SentCall {
  call: number;
  name: CallName;
  argument: unknown;
  settings: SessionSettings;
}

/** What comes back for it: any number of events, then one of the others. */
export type SentAnswer = { call: number } & ({ event: unknown } | { result: unknown } | { error: SentError });

/** An error as it is sent: classes of our own don't come through. */
interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined };
  const { name, message, stack } = error;
  return { name: error instanceof TooLargeError ? "TooLargeError" : name, message, stack };
}

const classes: Record<string, new (message: string) => Error> = {
  DataError,
  TooLargeError,
  UsageError,
  Interrupted,
  RangeError,
  TypeError,
};

export function receivedError({ name, message, stack }: SentError): Error {
  if (name === "QuotaExceededError") return new DOMException(message, name);
  const error = Object.hasOwn(classes, name) ? new classes[name](message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Whether an error says in one line what the user can fix; any other is a fault of the program. */
export function isMendable(error: unknown): boolean {
  return (
    error instanceof DataError ||
    error instanceof UsageError ||
    isArgumentError(error) ||
    (error instanceof DOMException && error.name === "QuotaExceededError")
  );
}
