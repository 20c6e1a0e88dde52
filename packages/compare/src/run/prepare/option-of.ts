/** Returns the option of a setting: `--max-epochs` of `maxEpochs`. */
export function optionOf(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, "-$&").toLowerCase()}`;
}

/** Refusals of the library name settings (`maxEpochs: expected ...`); here they are options (`--max-epochs`). */
export function asOptions<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(error.message.replace(/^[a-zA-Z]+(?=: expected )/, optionOf));
  }
}
