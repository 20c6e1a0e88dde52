import { endOf } from "./failure.ts";
import { printableError } from "./printable.ts";
import { makeProgram } from "./program.ts";
import { leave } from "./run/leave.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that goes away (`minimand losses | head`) is no fault.
  if (error.code === "EPIPE") leave(0);
  fail(error);
});

try {
  await makeProgram().parseAsync();
} catch (error) {
  fail(error);
}

/** Ends the program with what it says of an error. */
function fail(error: unknown): never {
  const { code, said } = endOf(error);
  process.stderr.write(said);
  if (code === 1 && process.env.MINIMAND_DEBUG) console.error(printableError(error));
  leave(code);
}
