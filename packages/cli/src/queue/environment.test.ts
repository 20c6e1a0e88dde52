import { expect, it } from "vitest";
import { type Environment, environmentHash, lackingFor } from "./environment.ts";

const needs: Environment = {
  versions: { minimand: "1", node: "2" },
  engine: { name: "wasm", version: "1", threads: 1 },
  code: "c",
};
const worker = { ...needs, origins: [] };

function lack(of: unknown, origins: unknown = []): string | null {
  // Whoever can write a run can write its hash too.
  const house = of === null ? "h" : environmentHash(of as Environment, []);
  return lackingFor(worker, { house, needs: of as Environment, origins: origins as [] });
}

it("lets a worker of the same versions, engine and code take part, and no other", () => {
  expect(lack(needs)).toBe(null);
  expect(lack({ ...needs, versions: { ...needs.versions, minimand: "3" } })).toBe(
    "expected minimand 3, got minimand 1",
  );
  expect(lack({ ...needs, code: "d" })).toMatch(/another under the same version$/);
});

it.each([
  ["null", null],
  ["versions of another type", { ...needs, versions: 7 }],
  ["no versions", { ...needs, versions: null }],
  // A text can't be made of them.
  ["a version that is an object", { ...needs, versions: { ...needs.versions, more: { toString: 1 } } }],
  ["threads that are an object", { ...needs, engine: { ...needs.engine, threads: { toString: 1 } } }],
  ["no threads", { ...needs, engine: { name: "wasm", version: "1" } }],
])("refuses needs of a run in words: %s", (_, of) => {
  expect(lack(of)).toBe("expected a run that says what it needs, got nonsense");
});

it.each([[null], [7], [[null]], [[{ file: "a.js" }]]])(
  "refuses own modules of a run in words: %j",
  (origins) => {
    expect(lack(needs, origins)).toBe("expected a run that says what it needs, got nonsense");
  },
);
