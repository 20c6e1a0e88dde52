import { expect, it } from "vitest";
import { byCotangents, rareCustomers, wrongLabels } from "./imbalanced-losses.ts";

it("finds more rare customers by losses that weigh or score classes than by cross-entropy", async () => {
  const { counts, rows } = await rareCustomers({ epochs: 7 });
  expect(counts[0] + counts[1]).toBe(2500);
  const of = Object.fromEntries(rows.map((row) => [row.loss, row]));
  expect(rows).toHaveLength(8);
  for (const { found, alarmed } of rows) expect(found).toBeGreaterThan(2 * alarmed);
  const plain = of["cross-entropy"];
  for (const name of [
    "balanced cross-entropy",
    "AnyLoss, G-mean",
    "AnyLoss, squared G-mean",
    "AnyLoss, cost",
    "mixture with G-mean",
  ]) {
    expect(of[name].found).toBeGreaterThan(plain.found + 0.2);
    expect(of[name].cost).toBeLessThan(0.75 * plain.cost);
  }
});

it("drops most of the wrong labels and few of the right ones", async () => {
  const { accuracy, droppedRight, droppedWrong } = await wrongLabels({ epochs: 12 });
  expect(droppedWrong).toBeGreaterThan(0.7);
  expect(droppedRight).toBeLessThan(0.2);
  expect(accuracy).toBeGreaterThan(0.84);
});

it("takes cotangents of a valid loss in each step", async () => {
  const { steps, valid, accuracy, staying } = await byCotangents();
  expect(valid).toBe(steps);
  expect(accuracy).toBeGreaterThan(staying);
});
