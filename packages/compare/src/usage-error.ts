/** Something the user can fix in what was asked. The message is one line that names it, what was expected and what came. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Whether an error reports a refused argument, by the common grammar of such messages; any other TypeError or RangeError is a fault of the
 * program.
 */
export function isArgumentError(error: unknown): error is TypeError | RangeError {
  return (error instanceof RangeError || error instanceof TypeError) && error.message.includes(": expected ");
}

/** Returns the first line of what an error says. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

/** Returns the error for what is wrong with a module of `--with`, in one line. */
export function refusal(file: string, what: string): UsageError {
  return new UsageError(`--with ${file}: ${what}`);
}
