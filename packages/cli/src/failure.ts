import { DataError, Interrupted, UsageError } from "@minimand/compare/messages";
import { CommanderError } from "commander";
import { isError, isMendable, messageOf, textOf } from "./error-text.ts";
import { printable } from "./printable.ts";

/** Errors that the user can fix (exit code 2), and runs that were interrupted by Ctrl-C (exit code 130). */
export { Interrupted, UsageError };

/** Exit codes: 0 done, 1 a fault of the program, 2 a fault in what was asked or given, 130 interrupted. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 130 {
  if (!isError(error)) return 1;
  if (error instanceof Interrupted) return 130;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof DataError || error instanceof UsageError || isMendable(error) ? 2 : 1;
}

/** The message of an error. A refusal is one line, whatever characters the names in it have. */
export function failureLine(error: unknown): string {
  return printable(exitCodeOf(error) === 1 ? messageOf(error) : textOf(error));
}

/** How an error ends the program: the exit code, and what is said on stderr. */
export function endOf(error: unknown): { code: ReturnType<typeof exitCodeOf>; said: string } {
  const code = exitCodeOf(error);
  // Commander has already printed what it refused.
  const printed = isError(error) && "exitCode" in error && error.name === "CommanderError";
  return { code, said: code === 0 || printed ? "" : `minimand: ${failureLine(error)}\n` };
}
