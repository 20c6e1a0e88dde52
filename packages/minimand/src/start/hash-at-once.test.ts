import fc from "fast-check";
import { expect, it } from "vitest";
import { engineHash, hashAtOnce } from "./hash-at-once.ts";
import { startEngine } from "./index.ts";

it("hashes as the engine does, whatever comes in which order", async () => {
  await startEngine();
  const Quick = engineHash();
  if (Quick === undefined) throw new Error("expected the engine's class of hashes");
  // The class anew from its source, without what was put into its place.
  const Plain = new Function(`return ${Quick}`)() as typeof Quick;
  expect(Plain.prototype.update).not.toEqual(Quick.prototype.update);
  const part = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.nat(),
    fc.boolean(),
    fc.bigInt({ min: 0n }),
    fc.constantFrom("Add", "float32", '["GlobalIndex",[0,12]]', null, undefined, -1),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const [quick, plain] = [new Quick(), new Plain()];
      for (const x of parts) expect(quick.update(x).value).toBe(plain.update(x).value);
    }),
    { numRuns: 30 },
  );
});

it("leaves a hash alone that takes texts otherwise", () => {
  class Other {
    value = 1n;
    update(x: unknown): this {
      this.value += BigInt(String(x).length);
      return this;
    }
  }
  const { update } = Other.prototype;
  hashAtOnce(Other as unknown as Parameters<typeof hashAtOnce>[0]);
  expect(Other.prototype.update).toBe(update);
});
