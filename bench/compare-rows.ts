import { measure } from "./measure.ts";
import { timesAsFast } from "./native-rows.ts";
import type { Row } from "./results.ts";

/** The main job with its defaults, on both engines. */
export function compareRows(): Row[] {
  const job = measure<Record<string, number>>("compare.ts");
  const isNative = job.native === 1;
  const faster = job.trialsASecond / job.trialsASecondOnWasm;
  return [
    [
      `\`minimand compare pima_diabetes\`, defaults, two workers, ${isNative ? "native engine" : "wasm"}`,
      `${job.secondsWithTwo.toFixed(1)} s`,
      "at most 60 s",
      job.secondsWithTwo <= 60,
    ],
    ["the same on wasm", `${job.secondsOnWasm.toFixed(1)} s`, "at most 60 s", job.secondsOnWasm <= 60],
    [
      "peak memory of the first",
      `${job.peakMemoryMB.toFixed(0)} MB`,
      "under 1000 MB",
      job.peakMemoryMB < 1000,
    ],
    ["two workers against one", timesAsFast(job.speedUp), "at least 1.5 times", job.speedUp >= 1.5],
    ...(isNative
      ? ([
          [
            "trials a second of the native engine against wasm",
            `${timesAsFast(faster)} (${job.trialsASecond.toFixed(1)}, ${job.trialsASecondOnWasm.toFixed(1)})`,
            "at least 1.8 times",
            faster >= 1.8,
          ],
          [
            "verdicts that differ between the engines (largest difference of mean scores)",
            `${job.otherVerdicts} (${job.largestDifference.toFixed(4)})`,
            "0",
            job.otherVerdicts === 0,
          ],
        ] satisfies Row[])
      : []),
  ];
}
