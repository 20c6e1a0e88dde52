import { expect, it } from "vitest";
import { bySeverity } from "./notes.ts";
import type { Note } from "./results.ts";

it("notes begin with warnings about the task, then about leaks; what explains comes last", () => {
  const note = (level: Note["level"], about: Note["about"], text: string): Note => ({
    level,
    ...(about !== undefined && { about }),
    text,
  });
  const notes = [
    note("info", undefined, "left out a byte-order mark"),
    note("info", "task", "task binary"),
    note("warning", undefined, "left out 'id'"),
    note("info", "settings", "merged labels"),
    note("warning", "leak", "predicts the target alone"),
    note("warning", undefined, "left out 'nr'"),
    note("warning", "task", "labels that differ in case only"),
  ];
  expect(bySeverity(notes).map(({ text }) => text)).toEqual([
    "labels that differ in case only",
    "predicts the target alone",
    "left out 'id'",
    "left out 'nr'",
    "merged labels",
    "task binary",
    "left out a byte-order mark",
  ]);
});
