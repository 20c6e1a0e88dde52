import fc from "fast-check";
import { expect, it } from "vitest";
import { engineHash } from "./support/quick-engine.ts";

it("hashes as the engine does, whatever comes in which order", async () => {
  const Quick = await engineHash();
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
