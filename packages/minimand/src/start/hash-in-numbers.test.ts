import fc from "fast-check";
import { expect, it } from "vitest";
import { engineHash, hashInNumbers } from "./hash-in-numbers.ts";
import { startEngine } from "./index.ts";

await startEngine();
const Hash = engineHash()!;

const hashOf = (parts: readonly unknown[]): unknown => {
  const hash = new Hash();
  for (const part of parts) hash.update(part as never);
  return hash.value;
};

const part = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom("Add", "float32", '["GlobalIndex",[0,12]]', null, undefined, -1, "1", 1, 1n, true, ""),
);

it("hashes equal parts equally, and others otherwise", () => {
  const same = fc.property(fc.array(part), (parts) => {
    const hash = hashOf(parts);
    expect(hash).toBe(hashOf([...parts]));
    expect(Number.isSafeInteger(hash) || parts.length === 0).toBe(true);
  });
  fc.assert(same, { numRuns: 200 });
  const text = (parts: readonly unknown[]): string =>
    parts.map((x) => `${typeof x} ${Object.is(x, -0) ? "-0" : x}`).join("\n");
  const other = fc.property(fc.array(part), fc.array(part), (a, b) => {
    // The engine takes -0 for 0, as an integer.
    const differ =
      text(a).replaceAll("number -0", "number 0") !== text(b).replaceAll("number -0", "number 0");
    expect(hashOf(a) !== hashOf(b)).toBe(differ);
  });
  fc.assert(other, { numRuns: 2000 });
});

it("tells parts of different types apart that look alike", () => {
  const parts = ["1", 1, 1n, -1, -1n, 1.5, "true", true, false, "", 0, "null", null, "undefined", undefined];
  const pairs = parts.flatMap((a) => parts.map((b) => [a, b]));
  expect(new Set([...parts.map((a) => [a]), ...pairs].map(hashOf)).size).toBe(
    parts.length * (parts.length + 1),
  );
});

it("gives no two of a million similar expressions the same hash", () => {
  const found = new Set<unknown>();
  for (let i = 0; i < 100; i++)
    for (let j = 0; j < 100; j++)
      for (let k = 0; k < 100; k++) found.add(hashOf(["Add", "float32", "", i, j, k / 2]));
  expect(found.size).toBe(1_000_000);
});

it("hands itself to what has a hash of its own", () => {
  const inner = { hash: (state: { update(x: unknown): unknown }) => state.update(3) };
  expect(hashOf([1, inner, 2])).toBe(hashOf([1, 3, 2]));
});

it("leaves another class alone", () => {
  class Other {
    value = 1n;
    update(x: unknown): this {
      this.value += BigInt(String(x).length);
      return this;
    }
    more(): void {}
  }
  const { update } = Other.prototype;
  hashInNumbers(Other as unknown as Parameters<typeof hashInNumbers>[0]);
  expect(Other.prototype.update).toBe(update);
});
