import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ownPairs, preferencePolicy, unseenQuestions } from "./preference-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "minimand-policy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isKind = (answer: string) => /^thank you for (asking|your patience)\./.test(answer);

it("learns kind answers from pairs; with the likelihood of the chosen ones it keeps writing them whole", async () => {
  const { before, dpo, rpo, stored } = await preferencePolicy({ folder });
  expect(stored).toBe(false);
  expect(before.every(isKind)).toBe(false);
  expect(rpo.answers.every(isKind)).toBe(true);
  for (const answer of rpo.answers) expect(answer).toMatch(/ (is on its way|will send the \w+ today)\.$/);
  expect(rpo.accuracy).toBeGreaterThan(0.9);
  expect(dpo.accuracy).toBeGreaterThan(0.9);
  expect(dpo.chosenLogRatio).toBeLessThan(-1);
  expect(rpo.chosenLogRatio).toBeGreaterThan(0);
  expect(readdirSync(folder).toSorted()).toEqual(["dpo.safetensors", "reference.json", "rpo.safetensors"]);
  const { chosen, rejected } = JSON.parse(readFileSync(join(folder, "reference.json"), "utf8"));
  expect([chosen.length, rejected.length]).toEqual([ownPairs().length, ownPairs().length]);

  const again = await preferencePolicy({ folder, steps: 1 });
  expect(again.stored).toBe(true);
  expect(again.before).toEqual(before);
});

it("asks what is in no pair", () => {
  const asked = new Set(ownPairs().map(({ prompt }) => prompt));
  expect(unseenQuestions().length).toBeGreaterThan(3);
  for (const question of unseenQuestions()) expect(asked).not.toContain(question);
});
