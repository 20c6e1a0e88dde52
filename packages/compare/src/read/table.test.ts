import { expect, it } from "vitest";
import { cellsOf, tableOf } from "../../../../test/support/tables.ts";
import { plainSpelling } from "./number-format.ts";
import { releaseTable } from "./table.ts";

it("a released table holds no text any more", async () => {
  const table = await tableOf("a,b\n1,x\n2,y\n");
  releaseTable(table);
  const sizes = table.columns.map(({ data }) =>
    data.kind === "texts" ? [data.bytes.byteLength, data.ends.byteLength] : [],
  );
  expect(sizes).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it("lines of JSON are known without their name, however much white there is above them", async () => {
  const table = await tableOf(`${"\n".repeat(1000)}{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n`, "a.txt");
  expect(cellsOf(table)).toEqual({ a: [1, 2], b: ["x", "y"] });
});

it("one decimal point anywhere in a column says that points are no thousands, in a file of decimal commas", async () => {
  const thousands = Array.from({ length: 20 }, (_, i) => `${i + 1}.234`);
  const first = async (values: string[]) => {
    const table = await tableOf(`x;y\n${values.map((v) => `${v};1,5`).join("\n")}\n`);
    return [
      plainSpelling(String(table.columns[0]!.at(0)), table.columns[0]!.format!),
      table.notes.at(-1)!.text,
    ];
  };
  expect(await first(thousands)).toEqual([
    "1234",
    "'1.234' is read as 1234, as there are decimal commas in the file, in the column 'x'",
  ]);
  const one = await tableOf(`x;y\n${[...thousands, "1.5"].map((v) => `${v};1,5`).join("\n")}\n`);
  expect(one.columns[0]!.format?.group).toBeUndefined();
});
