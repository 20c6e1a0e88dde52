import { DataError } from "@minimand/compare";
import { CommanderError } from "commander";
import { printable } from "./printable.ts";

/** Something the user can mend: one line on stderr, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The run was interrupted (Ctrl-C): exit code 130. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** Exit codes: 0 done, 1 a fault of the program, 2 a fault in what was asked or given, 130 interrupted. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 130 {
  if (error instanceof Interrupted) return 130;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof DataError || error instanceof UsageError || isArgumentError(error)) return 2;
  return systemMessage(error) === null ? 1 : 2;
}

/** Refused arguments are told in one grammar; any other TypeError or RangeError is a fault of the program. */
function isArgumentError(error: unknown): boolean {
  return (error instanceof RangeError || error instanceof TypeError) && error.message.includes(": expected ");
}

/** One line that says what went wrong. What this program refuses is told in one, whatever is in the names it tells of. */
export function messageOf(error: unknown): string {
  const message = systemMessage(error) ?? (error instanceof Error ? error.message : String(error));
  return printable(exitCodeOf(error) === 1 ? message.split("\n")[0] : message);
}

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "is a folder, expected a file",
  ENOTDIR: "a part of the path is a file, expected a folder",
  EEXIST: "exists and is not a folder",
  ENOSPC: "no space left on the disk",
  EDQUOT: "no space left in the quota of the disk",
  EIO: "the disk can't be read or written",
  ENAMETOOLONG: "the name is too long",
  EROFS: "the file system is read-only",
};

/** Errors of the operating system that a user can mend; null for all others. */
function systemMessage(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const reason = reasons[String(error.code)];
  if (reason === undefined) return null;
  const path = "path" in error && typeof error.path === "string" ? `${error.path}: ` : "";
  return `${path}${reason}`;
}
