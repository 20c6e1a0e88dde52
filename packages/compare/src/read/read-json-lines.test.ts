import { describe, expect, it } from "vitest";
import { cellsOf, refusal, tableOf } from "../../../../test/support/tables.ts";
import { readTable } from "./read-table.ts";

describe("readJsonLines", () => {
  it("takes the keys for columns and an absent key for an empty cell", async () => {
    const table = await tableOf('{"a":1,"b":" x "}\r\n\n{"c":true,"a":null}\n{"b":"007"}\n', "x.jsonl");
    expect(cellsOf(table)).toEqual({ a: [1, null, null], b: ["x", null, "007"], c: [null, "true", null] });
    expect([...table.lines]).toEqual([1, 3, 4]);
  });

  it("keeps the digits of identifiers beyond 2^53", async () => {
    const table = await tableOf('{"id":12345678901234567890,"x":0.12345678901234568}\n', "x.jsonl");
    expect(cellsOf(table)).toEqual({ id: ["12345678901234567890"], x: [0.12345678901234568] });
  });

  it("leaves out columns of lists and objects, and says so", async () => {
    const table = await tableOf(
      '{"a":1,"tags":[1,2],"o":null}\n{"a":2,"tags":null,"o":{"p":1}}\n',
      "x.jsonl",
    );
    expect(cellsOf(table)).toEqual({ a: [1, 2] });
    expect(table.notes).toEqual([
      { level: "warning", text: "left out 2 columns of lists, objects or bytes: 'tags', 'o'" },
    ]);
  });

  it("keeps lists and objects as JSON texts where it is asked to", async () => {
    const bytes = new TextEncoder().encode(
      '{"a":[{"b":12345678901234567890}],"c":"[1]"}\n{"a":{"d":null}}\n',
    );
    const table = await readTable(bytes, { name: "x.jsonl", nested: "json" });
    expect(cellsOf(table)).toEqual({
      a: ['[{"b":"12345678901234567890"}]', '{"d":null}'],
      c: ["[1]", null],
    });
    expect(table.notes).toEqual([]);
    await expect(readTable(bytes, { name: "x.jsonl", nested: "text" as "json" })).rejects.toThrow(
      /^nested: expected one of drop, json, got text$/,
    );
  });

  it.each([
    [
      "broken JSON",
      '{"a":1}\n{"a":\n',
      /^DataError: x\.jsonl, line 2: expected a JSON object, got '{"a":' \(.+\)$/,
    ],
    [
      "a list",
      '{"a":1}\n[1,2]\n',
      /^DataError: x\.jsonl, line 2: expected a JSON object \(one a line\), got a list$/,
    ],
    ["a number", "5\n", /^DataError: x\.jsonl, line 1: expected a JSON object \(one a line\), got '5'$/],
    [
      "objects without keys",
      "{}\n{}\n",
      /^DataError: x\.jsonl: expected numbers or texts in the objects, got none$/,
    ],
    ["nothing", "\n\n", /^DataError: x\.jsonl: expected a table, got an empty file$/],
  ])("refuses %s", async (_, text, message) => {
    expect(await refusal(text, "x.jsonl")).toMatch(message);
  });

  it("reads one list of objects, too", async () => {
    const table = await tableOf('[{"a":1,"b":"x"},\n {"a":2}]', "x.json");
    expect(cellsOf(table)).toEqual({ a: [1, 2], b: ["x", null] });
    expect(await refusal('[{"a":1}', "x.json")).toMatch(
      /expected JSON objects, one a line or in one list, got a list that can't/,
    );
  });

  it("names a key without characters", async () => {
    const table = await tableOf('{"":1,"a":2}\n', "x.jsonl");
    expect(cellsOf(table)).toEqual({ column_1: [1], a: [2] });
  });

  it("leaves out a few lines that are no objects, and says which", async () => {
    const lines = Array.from({ length: 40 }, (_, i) => (i === 7 ? '{"a":' : JSON.stringify({ a: i })));
    const table = await tableOf(lines.join("\n"), "x.jsonl");
    expect(table.rows).toBe(39);
    expect(table.notes.map((note) => note.text)).toEqual(["left out 1 row: 1 with no JSON object (line 8)"]);
  });
});
