/*
 * All benchmarks that need no data from elsewhere, each in a process of its own; writes their sections of bench/RESULTS.md and
 * fails where a target is missed. Ratios are taken within one run: absolute times of a busy machine mean little.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type ArchitectureResult, architectureRows } from "./architecture-rows.ts";
import { type BanditResult, banditRows, type ServiceResult, serviceRows } from "./bandit-rows.ts";
import { type OutputLayerResult, outputLayerRows } from "./output-layer-rows.ts";
import { type Row, replaceSection, tableOf } from "./results.ts";
import { type SharpnessAwareTimes, sharpnessAwareRows } from "./sharpness-aware-rows.ts";

const here = new URL(".", import.meta.url).pathname;
if (!existsSync(`${here}node_modules`)) execFileSync("npm", ["ci", "--prefix", here], { stdio: "inherit" });

// The peers' types are there only now, so this part is checked here and not with the rest.
execFileSync("npx", ["tsc", "-p", `${here}tsconfig.json`], { stdio: "inherit" });

type Numbers = Record<string, number>;

function bench<Result = Numbers>(file: string, ...args: string[]): Result {
  process.stderr.write(`${[file, ...args].join(" ")} ...\n`);
  const out = execFileSync(process.execPath, ["--conditions=minimand-source", `${here}${file}`, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as Result;
}

const step = bench("step.ts");
const memory = bench("memory.ts");
const bundle = bench("bundle.ts");
const job = bench("compare.ts");
const native = bench<Native | { missing: string }>("native.ts");
const outputLayer = bench<OutputLayerResult>("output-layer.ts");
const sharpnessAware = bench<{ wasm: SharpnessAwareTimes; native: SharpnessAwareTimes | null }>(
  "sharpness-aware.ts",
);
const architecture = bench<ArchitectureResult>("architecture-search.ts");
const bandits = bench<BanditResult>("bandits.ts");
const service = bench<ServiceResult>("service-load.ts");
// They write their sections themselves, as they can be run alone.
const { rows: convolutions } = bench<{ rows: Row[] }>("convolution.ts");
const { rows: elastic } = bench<{ rows: Row[] }>("elastic-step.ts");
const { rows: queue } = bench<{ rows: Row[] }>("queue.ts");
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const rows: Row[] = [
  [
    "Adam step 128x30-64-64-2, time as a share of TensorFlow.js (wasm), `trainOnBatch`",
    `${step.ratioToLayers.toFixed(2)} (${step.minimand.toFixed(2)} ms, ${step.layers.toFixed(2)} ms)`,
    "at most 0.35",
    step.ratioToLayers <= 0.35,
  ],
  [
    "the same, TensorFlow.js without its layers (`optimizer.minimize`)",
    `${step.ratioToOperations.toFixed(2)} (${step.operations.toFixed(2)} ms)`,
    "",
    true,
  ],
  [
    `\`minimand compare pima_diabetes\`, defaults, two workers, ${job.native === 1 ? "native engine" : "wasm"}`,
    `${job.secondsWithTwo.toFixed(1)} s`,
    "at most 60 s",
    job.secondsWithTwo <= 60,
  ],
  ["the same on wasm", `${job.secondsOnWasm.toFixed(1)} s`, "at most 60 s", job.secondsOnWasm <= 60],
  ["peak memory of the first", `${job.peakMemoryMB.toFixed(0)} MB`, "under 1000 MB", job.peakMemoryMB < 1000],
  [
    "two workers against one",
    `${job.speedUp.toFixed(2)} times as fast`,
    "at least 1.5 times",
    job.speedUp >= 1.5,
  ],
  [
    `live buffers more after ${memory.steps} training steps`,
    `${memory.buffersAfter - memory.buffersBefore}`,
    "0",
    memory.buffersAfter === memory.buffersBefore,
  ],
  [
    "all losses in a bundle, gzip, engine excluded",
    kB(bundle.classification),
    "at most 15 kB",
    bundle.classification <= 15_000,
  ],
  [
    "one loss in a bundle (cross-entropy), gzip",
    kB(bundle.crossEntropy),
    "at most 3 kB",
    bundle.crossEntropy <= 3000,
  ],
  ["one loss in a bundle (comp-sum), gzip", kB(bundle.compSum), "at most 3 kB", bundle.compSum <= 3000],
  ["the whole library in a bundle, gzip", kB(bundle.whole), "", true],
  ...architectureRows(architecture),
  ...outputLayerRows(outputLayer),
  ...banditRows(bandits),
  ...serviceRows(service),
  ...sharpnessAwareRows("wasm", sharpnessAware.wasm),
];

/** What native.ts prints: milliseconds. */
interface Native {
  small: Numbers;
  large: Numbers;
  compile: { first: number; warm: number; known: number };
  torch: string | null;
}

const times = (ratio: number): string => `${ratio.toFixed(2)} times as fast`;

/** A step of one network on the native engine beside the others. */
function stepRows(
  what: string,
  { plain, cached, native: own, fit, torch }: Numbers,
  version: string | null,
  { overPlain, overCached, ofTorch }: { overPlain: number; overCached?: number; ofTorch: number },
): Row[] {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  return [
    [
      `${what}, native against plain \`jit\` on wasm`,
      `${times(plain / own)} (${ms(own)}, ${ms(plain)})`,
      `at least ${overPlain} times`,
      plain / own >= overPlain,
    ],
    [
      "the same, against `jit` with the instance cache of the command line",
      `${times(cached / own)} (${ms(cached)})`,
      overCached === undefined ? "" : `at least ${overCached} times`,
      overCached === undefined || cached / own >= overCached,
    ],
    [
      "the same, a step as `fit` makes them natively (small ones in blocks) against that `jit`",
      `${times(cached / fit)} (${ms(fit)})`,
      "",
      true,
    ],
    version === null
      ? ["the same, against PyTorch eager on one thread", "left out: not installed", "", true]
      : [
          `the same, as a share of the time of ${version}, eager, one thread`,
          `${(own / torch).toFixed(2)} (${ms(torch)})`,
          `at most ${ofTorch.toFixed(1)}`,
          own / torch <= ofTorch,
        ],
  ];
}

function nativeRows({ small, large, compile, torch }: Native): Row[] {
  const { steps, buffersBefore, buffersAfter, rssGrowthMB } = bench("memory.ts", "native");
  const faster = job.trialsASecond / job.trialsASecondOnWasm;
  return [
    ...stepRows("Adam step 128x30-64-64-2", small, torch, { overPlain: 3.5, overCached: 2.5, ofTorch: 0.6 }),
    ...stepRows("Adam step 256x784-256-10", large, torch, { overPlain: 2.5, ofTorch: 1 }),
    [
      "the same, native with two threads against one",
      `${times(large.native / large.threads2)} (${large.threads2.toFixed(2)} ms)`,
      "",
      true,
    ],
    [
      "`minimand compare pima_diabetes`, defaults, two workers, trials a second of native against wasm with its cache",
      `${times(faster)} (${job.trialsASecond.toFixed(1)}, ${job.trialsASecondOnWasm.toFixed(1)})`,
      "at least 1.8 times",
      faster >= 1.8,
    ],
    [
      "the same, verdicts that differ between the engines (largest difference of mean scores)",
      `${job.otherVerdicts} (${job.largestDifference.toFixed(4)})`,
      "0",
      job.otherVerdicts === 0,
    ],
    [
      "the small step compiled (trace, model, session), the first of a process",
      `${compile.first.toFixed(0)} ms`,
      "at most 40 ms",
      compile.first <= 40,
    ],
    ["the same, later ones", `${compile.warm.toFixed(0)} ms`, "at most 40 ms", compile.warm <= 40],
    ["the same, back to a shape that was compiled (a step)", `${compile.known.toFixed(2)} ms`, "", true],
    [
      `live buffers more after ${steps} native steps`,
      `${buffersAfter - buffersBefore}`,
      "0",
      buffersAfter === buffersBefore,
    ],
    [
      "the same, resident memory more",
      `${rssGrowthMB.toFixed(1)} MB`,
      "flat (under 10 MB)",
      rssGrowthMB < 10,
    ],
  ];
}

const nativeOnes =
  "missing" in native
    ? []
    : [
        ...nativeRows(native),
        ...(sharpnessAware.native === null ? [] : sharpnessAwareRows("native", sharpnessAware.native)),
      ];
const command = "npm run bench";
replaceSection({ title: "Library and command", command, rows });
replaceSection({
  title: "Native engine",
  command,
  rows: nativeOnes,
  ...("missing" in native && { missing: native.missing }),
});
console.log([rows, nativeOnes, convolutions, elastic, queue].map(tableOf).join("\n\n"));
process.exitCode = [...rows, ...nativeOnes, ...queue].every(([, , , met]) => met) ? 0 : 1;
