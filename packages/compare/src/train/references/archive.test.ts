import { expect, it } from "vitest";
import { packFiles, unpackFiles } from "./archive.ts";

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);

it("unpacks what was packed", () => {
  const files = new Map([
    ["a", bytes(1, 2)],
    ["b", bytes()],
    ["c", bytes(3)],
  ]);
  expect(unpackFiles(packFiles({ task: "binary" }, files))).toEqual({ about: { task: "binary" }, files });
});

it.each([
  ["sizes below 0, by which others have bytes in common", ["a", 3], ["b", -2], ["c", 2]],
  ["half a byte", ["a", 1.5], ["b", 1.5]],
  ["too few bytes", ["a", 2]],
])("refuses %s", (_, ...sizes) => {
  const header = new TextEncoder().encode(JSON.stringify({ files: sizes }));
  const start = new Uint8Array(Uint32Array.of(header.length).buffer);
  expect(unpackFiles(bytes(...start, ...header, 1, 2, 3))).toBeNull();
});
