import { endOf, UsageError } from "./failure.ts";
import { printableError } from "./printable.ts";
import { makeProgram } from "./program.ts";
import { leave } from "./run/leave.ts";
import { beSupervised } from "./run/supervised.ts";

beSupervised();
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that goes away (`minimand losses | head`) is no fault.
  if (error.code === "EPIPE") leave(0);
  fail(error);
});
// Whatever a timer or an event throws ends in one line, too.
process.on("uncaughtException", fail);
process.on("beforeExit", unanswered);

try {
  await makeProgram().parseAsync();
  process.off("beforeExit", unanswered);
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

/** Nothing is left to do, and the command still waits, as for a module of the user's with a promise that never settles. */
function unanswered(): never {
  fail(
    new UsageError(
      "waits for what never comes: does a module of --with or --scorer await a promise that never settles?",
    ),
  );
}
