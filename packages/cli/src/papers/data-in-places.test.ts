import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFolder } from "../files/bundled.ts";
import { dataInPlaces } from "./data-in-places.ts";

const csv = (rows: string[]): Buffer => gzipSync(`size,target\n${rows.join("\n")}\n`);

describe("dataInPlaces", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "minimand-data-"));
    for (const sub of ["classification", "images", "text"]) await mkdir(join(folder, sub));
    await writeFile(join(folder, "own.csv.gz"), csv(["1,0", "1,1", "3,1", "4,1"]));
    await writeFile(join(folder, "classification", "below.csv.gz"), csv(["1,0", "1,1", "7,1"]));
    await writeFile(join(folder, "breast_cancer_wisconsin.csv.gz"), csv(["1,0", "1,1", "3,1"]));
    await writeFile(join(folder, "ragged.csv.gz"), csv(["1,0", "2"]));
    await writeFile(
      join(folder, "images", "dot-images.idx3.gz"),
      gzipSync(Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9])),
    );
    await writeFile(
      join(folder, "images", "dot-labels.idx1.gz"),
      gzipSync(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 1, 3])),
    );
    await writeFile(
      join(folder, "images", "torn-images.idx3.gz"),
      gzipSync(Buffer.alloc(999, 7)).subarray(0, 15),
    );
    await writeFile(join(folder, "images", "torn-labels.idx1.gz"), gzipSync("x"));
    await writeFile(join(folder, "images", "short-images.idx3.gz"), gzipSync("x"));
    await writeFile(join(folder, "images", "short-labels.idx1.gz"), gzipSync("x"));
    await writeFile(join(folder, "text", "verse.txt.gz"), gzipSync("é is\na letter\n"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const names = [
    "own",
    "below",
    "breast_cancer_wisconsin",
    "iris",
    "ragged",
    "absent",
    "dot",
    "torn",
    "short",
    "fashion-test",
    "verse",
    "brown",
  ];
  const data = () => dataInPlaces([folder, dataFolder()], names);

  it("reads tables from the folder, from below it, and bundled ones, each once", async () => {
    const { dataset } = data();
    expect((await dataset("own")).rows).toBe(4);
    expect((await dataset("below")).rows).toBe(3);
    expect((await dataset("iris")).rows).toBe(150);
    expect(await dataset("iris")).toBe(await dataset("iris"));
  });

  it("prefers the folder to what is bundled", async () => {
    expect((await data().dataset("breast_cancer_wisconsin")).rows).toBe(3);
    expect((await dataInPlaces([dataFolder()], names).dataset("breast_cancer_wisconsin")).rows).toBe(699);
  });

  it("reads images from the folder and bundled ones", async () => {
    const { images } = data();
    expect(await images("dot")).toEqual({
      pixels: Uint8Array.of(9),
      labels: Uint8Array.of(3),
      count: 1,
      height: 1,
      width: 1,
    });
    expect((await images("fashion-test")).count).toBe(2000);
  });

  it("reads texts from below the folder and bundled ones, each once", async () => {
    const { text } = data();
    expect(await text("verse")).toBe("é is\na letter\n");
    expect((await text("brown")).startsWith("The Fulton County Grand Jury said Friday")).toBe(true);
    await expect(text("own")).rejects.toThrow("data: expected own.txt.gz in ");
  });

  it("says in one line what is missing and where it belongs", async () => {
    const missing = new RegExp(
      `^data: expected absent\\.csv\\.gz in ${folder} or .*, got no such file; --data names a folder that has it$`,
    );
    await expect(data().dataset("absent")).rejects.toThrow(missing);
    await expect(data().images("own")).rejects.toThrow("data: expected own-images.idx3.gz in ");
  });

  it("refuses damaged files, and names that are not on the card", async () => {
    await expect(data().dataset("ragged")).rejects.toThrow(RangeError);
    await expect(data().dataset("ragged")).rejects.toThrow(
      /^ragged\.csv\.gz, line 3: expected 2 fields.*, got 1/,
    );
    await expect(data().images("torn")).rejects.toThrow(
      "torn-images.idx3.gz: expected a whole gzip file, got damaged or cut-off data",
    );
    await expect(data().images("short")).rejects.toThrow(
      "short-images.idx3.gz: expected an IDX header of 16 bytes, got 1 bytes",
    );
    await expect(data().dataset("sonar")).rejects.toThrow("data: expected a name on the paper's card");
  });

  it("names the content of every file, so that other data make other trials", async () => {
    const sources = await data().sources();
    expect(Object.keys(sources)).toEqual(names);
    expect(sources.absent).toEqual([]);
    expect(sources.dot.map(({ file }) => file)).toEqual(["dot-images.idx3.gz", "dot-labels.idx1.gz"]);
    expect(sources.verse.map(({ file }) => file)).toEqual(["verse.txt.gz"]);
    const bundled = await dataInPlaces([dataFolder()], ["breast_cancer_wisconsin"]).sources();
    expect(sources.breast_cancer_wisconsin[0].sha256).not.toBe(bundled.breast_cancer_wisconsin[0].sha256);
    expect(sources.breast_cancer_wisconsin[0].file).toBe(bundled.breast_cancer_wisconsin[0].file);
  });
});
