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
  return textOfThrown(error).split("\n")[0];
}

/** Returns what says why something was thrown: a user's module may throw anything, also what can't be looked at. */
export function textOfThrown(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something that isn't an error and has no text was thrown";
  }
}

/** Returns the error for what is wrong with a module of `--with`, in one line. */
export function refusal(file: string, what: string): UsageError {
  return new UsageError(`--with ${file}: ${what}`);
}

/** Returns what was thrown where a module's code may have run, as an error that names the module and what it can't; one that does so stays. */
export function refusalOf(thrown: unknown, file: string, what: string): UsageError {
  try {
    if (thrown instanceof UsageError) return thrown;
  } catch {
    // What can't even be looked at.
  }
  return refusal(file, `${what}: ${firstLine(thrown)}`);
}
