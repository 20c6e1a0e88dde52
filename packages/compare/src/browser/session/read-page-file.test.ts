import { describe, expect, it } from "vitest";
import { UsageError } from "../../usage-error.ts";
import { readPageFile } from "./read-page-file.ts";
import { idOf, requestAsked } from "./request-asked.ts";

const csv = (header: string, ...rows: string[]): string => `${[header, ...rows].join("\n")}\n`;
const file = (name: string, text: string): File => new File([text], name);
const read = (text: string, name = "a.csv", most = 1e6) =>
  readPageFile(file(name, text), {}, { most, progress: () => {} });

describe("readPageFile", () => {
  it.each([
    ["what data sets call it, wherever it stands", csv("Outcome,x,z", "1,2,a", "0,3,b"), "Outcome"],
    ["else the last column that is no date", csv("x,kind,day", "1,a,2024-01-02", "2,b,2024-01-03"), "kind"],
    ["nothing where responses are compared", csv("x_chosen,x_rejected", "1,2", "3,1"), null],
  ])("takes for the target %s", async (_, text, target) => {
    expect(await read(text)).toMatchObject({ target, pairs: target === null });
  });

  it("shows the first values of each column, and how many have none", async () => {
    const { columns } = await read(csv("x,y", ",a", "1.5,b", "2,b", "3,b", "4,a"));
    expect(columns[0]).toMatchObject({ name: "x", kind: "numeric", missing: 1 });
    expect(columns[1]).toMatchObject({ name: "y", kind: "categorical", missing: 0 });
  });

  it("refuses what is too large, packed or unpacked, with the command that takes it", async () => {
    const text = csv("x,y", ...Array.from({ length: 2000 }, (_, i) => `${i % 7},b`));
    const command = /; the command takes more: npx minimand compare a\.csv(\.gz)? --target COLUMN$/;
    await expect(read(text, "a.csv", 5000)).rejects.toThrow(command);
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    const packed = new File([await new Response(stream).blob()], "a.csv.gz");
    expect(packed.size).toBeLessThan(5000);
    const unpacked = readPageFile(packed, {}, { most: 5000, progress: () => {} });
    await expect(unpacked).rejects.toThrow(command);
  });
});

describe("requestAsked", () => {
  const options = { target: "y" };
  const text = csv("x,y", "1,a", "2,b");

  it("is called by files and options, and not by the browser", async () => {
    const { request } = await requestAsked({ files: [file("a.csv", text)], options }, 1e6);
    const id = await idOf(request);
    expect(await idOf({ ...request, versions: { ...request.versions, node: "Firefox 1" } })).toBe(id);
    const others = [
      { files: [file("a.csv", csv("x,y", "1,a", "3,b"))], options },
      { files: [file("a.csv", text)], options: { ...options, seeds: 2 } },
      { files: [file("a.csv", text)], options: { ...options, keep: "linear" as const } },
    ];
    for (const other of others) expect(await idOf((await requestAsked(other, 1e6)).request)).not.toBe(id);
  });

  it("refuses the same data twice, and tells files of one name apart", async () => {
    const twice = { files: [file("a.csv", text), file("b.csv", text)], options };
    await expect(requestAsked(twice, 1e6)).rejects.toThrow(UsageError);
    const other = { files: [file("a.csv", text), file("a.csv", csv("x,y", "1,b", "2,a"))], options };
    const { request } = await requestAsked(other, 1e6);
    expect(request.inputs.map(({ name }) => name)).toEqual(["a", "a-2"]);
  });
});
