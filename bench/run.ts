/*
 * All benchmarks, each in a process of its own; writes bench/RESULTS.md and fails where a target is missed. Ratios are
 * taken within one run: absolute times of a busy machine mean little.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

const here = new URL(".", import.meta.url).pathname;
if (!existsSync(`${here}node_modules`)) execFileSync("npm", ["ci", "--prefix", here], { stdio: "inherit" });

// The peers' types are there only now, so this part is checked here and not with the rest.
execFileSync("npx", ["tsc", "-p", `${here}tsconfig.json`], { stdio: "inherit" });

function bench(file: string): Record<string, number> {
  process.stderr.write(`${file} ...\n`);
  const out = execFileSync(process.execPath, ["--conditions=minimand-source", `${here}${file}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as Record<string, number>;
}

const step = bench("step.ts");
const memory = bench("memory.ts");
const bundle = bench("bundle.ts");
const job = bench("compare.ts");
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const rows: [what: string, measured: string, target: string, met: boolean][] = [
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
    "`minimand compare pima_diabetes`, defaults, two workers",
    `${job.secondsWithTwo.toFixed(1)} s`,
    "at most 60 s",
    job.secondsWithTwo <= 60,
  ],
  ["the same, peak memory", `${job.peakMemoryMB.toFixed(0)} MB`, "under 1000 MB", job.peakMemoryMB < 1000],
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
];
const table = [
  "| what | measured | target | |",
  "|---|---|---|---|",
  ...rows.map(
    ([what, measured, target, met]) =>
      `| ${what} | ${measured} | ${target} | ${target === "" ? "" : met ? "met" : "**missed**"} |`,
  ),
].join("\n");
const text = `# Benchmarks

Written by \`npm run bench\` on ${cpus()[0]?.model.trim() ?? "an unknown processor"}, ${availableParallelism()} cores, Node ${process.versions.node}.
Medians; ratios are taken within one run.

${table}
`;
writeFileSync(`${here}RESULTS.md`, text);
console.log(table);
process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1;
