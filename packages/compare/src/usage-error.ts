/** Something the user can mend in what was asked. The message is one line that names it, what was expected and what came. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Refused arguments are told in one grammar; any other TypeError or RangeError is a fault of the program. */
export function isArgumentError(error: unknown): error is TypeError | RangeError {
  return (error instanceof RangeError || error instanceof TypeError) && error.message.includes(": expected ");
}

/** The first line of what an error says. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

/** What is wrong with a module of `--with`, in one line. */
export function refusal(file: string, what: string): UsageError {
  return new UsageError(`--with ${file}: ${what}`);
}
