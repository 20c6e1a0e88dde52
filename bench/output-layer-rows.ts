/** What output-layer.ts prints: milliseconds, ratios, megabytes. */
export interface OutputLayerResult {
  factored: number;
  factored32: number;
  ours: number;
  engine: number;
  torch?: number;
  torchVersion: string | null;
  growth: { float64: number; float64Few: number; float64Many: number; float32: number };
  memoryMB: { factored: number; factored32: number; ours: number; engine: number };
}

/** Rows of the table of results: what, measured, target, met. */
export function outputLayerRows({
  factored,
  factored32,
  ours,
  engine,
  torch,
  torchVersion,
  growth,
  memoryMB,
}: OutputLayerResult): [string, string, string, boolean][] {
  const against = (dense: number): string =>
    `${(dense / factored).toFixed(0)} times as fast (${dense.toFixed(0)} ms)`;
  const MB = (value: number): string => `${value.toFixed(0)} MB`;
  return [
    [
      `exact step of an output layer of 200,000 classes, 300 features, batch 128 (${factored.toFixed(1)} ms; V in float32 ${factored32.toFixed(1)} ms) against the dense log-softmax step of the engine`,
      against(engine),
      "at least 40 times",
      engine / factored >= 40,
    ],
    ["the same, against our own dense SIMD loops", against(ours), "at least 40 times", ours / factored >= 40],
    torch === undefined
      ? ["the same, against PyTorch on one thread", "left out: not installed", "", true]
      : [`the same, against ${torchVersion}, one thread`, against(torch), "", true],
    [
      "time of the step with 1,000,000 classes against 10,000",
      `${growth.float64.toFixed(2)} (${growth.float64Many.toFixed(1)} ms, ${growth.float64Few.toFixed(1)} ms; V in float32 ${growth.float32.toFixed(2)})`,
      "below 1.5",
      growth.float64 < 1.5 && growth.float32 < 1.5,
    ],
    [
      "peak memory with 200,000 classes: factored, V in float32, dense loops (its start included), engine",
      [memoryMB.factored, memoryMB.factored32, memoryMB.ours, memoryMB.engine].map(MB).join(", "),
      "",
      true,
    ],
  ];
}
