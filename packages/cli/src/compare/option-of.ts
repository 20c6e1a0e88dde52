/** The option of a setting: `--max-epochs` of `maxEpochs`. */
export function optionOf(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, "-$&").toLowerCase()}`;
}
