import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { tiers } from "./test/tiers.ts";

// Each file of the system tier has a process of its own, which compiles the runner and the engine anew unless it finds them here.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "minimand-test-compile-cache");

// Every tier runs the workspace from source, in processes that know the same condition.
const project = (name: keyof typeof tiers, device: "wasm" | "cpu") => ({
  resolve: { conditions: ["minimand-source", "node"] },
  ssr: { resolve: { conditions: ["minimand-source", "node"] } },
  test: {
    name,
    ...tiers[name],
    // A process serves many files: it loads modules, starts the engine and compiles its kernels once.
    isolate: name === "alone",
    // Commands, servers and browsers share a busy machine in CI: a test that fails is run again, and named at the end if it passes then.
    ...(process.env.CI && (name === "system" || name === "alone") && { retry: 2 }),
    ...(name === "system" && { globalSetup: "./test/bundled-command.ts" }),
    setupFiles: [`./test/setup-${device}.ts`],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: "forks" as const,
    execArgv: ["--conditions=minimand-source"],
  },
});

export default defineConfig({
  test: {
    // One more than cores: files that start commands and stores wait a fifth of the time, and others compute meanwhile.
    maxWorkers: availableParallelism() + 1,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      project("unit", "wasm"),
      project("system", "wasm"),
      project("alone", "wasm"),
      // Exact mathematics: float64 on the engine's `cpu` device, whose functions are JavaScript's Math.
      project("golden", "cpu"),
    ],
  },
});
