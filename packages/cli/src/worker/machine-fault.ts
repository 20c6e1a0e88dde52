/** A fault of this machine, as a full disk: it says nothing of the run or the trial, which others may compute. */
export class MachineFault extends Error {
  override name = "MachineFault";
}

/** The error as a {@link MachineFault}, where the operating system's refusal is behind it. */
export function asFault(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("syscall" in at && "code" in at) return new MachineFault(at.message, { cause: error });
  return error;
}
