import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { tiers } from "./test/tiers.ts";

// Every tier runs the workspace from source, in processes that know the same condition.
const project = (name: keyof typeof tiers, device: "wasm" | "cpu") => ({
  resolve: { conditions: ["minimand-source", "node"] },
  ssr: { resolve: { conditions: ["minimand-source", "node"] } },
  test: {
    name,
    ...tiers[name],
    // A process serves many files of the inner loop: the engine starts, and compiles its kernels, once.
    isolate: name !== "unit",
    setupFiles: [`./test/setup-${device}.ts`],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: "forks" as const,
    execArgv: ["--conditions=minimand-source"],
  },
});

export default defineConfig({
  test: {
    // One more than by default: files that spawn commands wait more than they compute.
    maxWorkers: availableParallelism(),
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      project("unit", "wasm"),
      project("system", "wasm"),
      // Exact mathematics: float64 on the engine's `cpu` device, whose functions are JavaScript's Math.
      project("golden", "cpu"),
    ],
  },
});
