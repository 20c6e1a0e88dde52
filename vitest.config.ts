import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Both projects run the workspace from source, in processes that know the same condition.
const shared = {
  resolve: { conditions: ["minimand-source", "node"] },
  ssr: { resolve: { conditions: ["minimand-source", "node"] } },
};
const execArgv = ["--conditions=minimand-source"];

export default defineConfig({
  test: {
    // One more than by default: files that spawn commands wait more than they compute.
    maxWorkers: availableParallelism(),
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        ...shared,
        test: {
          name: "wasm",
          include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: ["**/*.cpu.test.ts", "**/node_modules/**"],
          setupFiles: ["./test/setup-wasm.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: "forks",
          execArgv,
        },
      },
      {
        // Exact mathematics: float64 on the engine's `cpu` device, whose functions are JavaScript's Math.
        ...shared,
        test: {
          name: "golden",
          include: ["packages/*/golden/*.test.ts", "packages/*/src/**/*.cpu.test.ts"],
          exclude: ["**/node_modules/**"],
          setupFiles: ["./test/setup-cpu.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: "forks",
          execArgv,
        },
      },
    ],
  },
});
