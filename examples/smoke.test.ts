import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, expect, it } from "vitest";
import { smoke } from "./smoke.ts";

const folder = mkdtempSync(join(tmpdir(), "minimand-smoke-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("lets smoke rise without divergence, solved by every solver, and writes what it looks like", async () => {
  const { solvers, divergence, height, frames } = await smoke({
    size: 16,
    steps: 24,
    epochs: 1,
    examples: 20,
    folder,
  });
  expect(divergence).toBeLessThan(2e-3);
  expect(height).toBeGreaterThan(0.3);
  const { "dcdm, k = 2": few, "dcdm, k = all": all, ...classical } = solvers;
  expect(Object.keys(classical)).toHaveLength(4);
  for (const [name, { failed }] of Object.entries(classical)) expect(failed, name).toBe(0);
  expect(classical.multigrid.iterations).toBeLessThan(classical["incomplete Cholesky"].iterations);
  expect(classical.deflated.iterations).toBeLessThan(classical["conjugate gradients"].iterations);
  expect(few.iterations).toBeGreaterThan(0);
  expect(all.iterations).toBeGreaterThan(0);
  expect(all.failed).toBeLessThanOrEqual(few.failed);
  expect(frames).toBe(6);
  const files = readdirSync(folder).toSorted();
  expect(files).toHaveLength(6);
  const { width, height: rows, channels, data } = decode(readFileSync(join(folder, files[5])));
  expect([width, rows, channels]).toEqual([64, 64, 3]);
  // White air, dark smoke, and the disc.
  const colours = new Set(Array.from({ length: 64 * 64 }, (_, i) => data.slice(3 * i, 3 * i + 3).join()));
  expect(colours).toContain("150,100,60");
  expect(colours).toContain("255,255,255");
  const grey = [...colours]
    .map((colour) => colour.split(",").map(Number))
    .filter(([r, g, b]) => r === g && g === b);
  expect(Math.min(...grey.map(([value]) => value))).toBeLessThan(80);
}, 240_000);
