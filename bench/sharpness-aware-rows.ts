/** What sharpness-aware.ts prints, by method. */
export type SharpnessAwareTimes = Record<string, { milliseconds: number; ratio: number }>;

/** Names of the methods, and the largest ratio to the base step that is asked of them natively. */
const methods: readonly [name: string, label: string, mostNatively?: number][] = [
  ["saf", "SAF", 1.1],
  // It adds a forward pass: a third of a step.
  ["mesa", "MESA", 1.35],
  ["sam", "SAM", 1.7],
  ["asam", "ASAM"],
  ["gsam", "GSAM"],
  ["lookSam", "LookSAM, k = 5"],
  ["esam", "ESAM, masks of arrays"],
  ["esamOfParameters", "ESAM, masks of parameters"],
];

/** Rows of the table of results: what, measured, target, met. */
export function sharpnessAwareRows(
  engine: string,
  times: SharpnessAwareTimes,
): [string, string, string, boolean][] {
  const ms = (name: string): string => `${times[name].milliseconds.toFixed(2)} ms`;
  return methods.map(([name, label, mostNatively], i) => {
    const most = engine === "native" ? mostNatively : undefined;
    const { ratio } = times[name];
    const what =
      i === 0
        ? `${label} beside its base step (SGD, MLP 784-256-256-10, batch 128, ${engine}; ${ms("base")})`
        : `the same, ${label}`;
    return [
      what,
      `${ratio.toFixed(2)} times the base step (${ms(name)})`,
      most === undefined ? "" : `at most ${most} times`,
      most === undefined || ratio <= most,
    ];
  });
}
