import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFilesOf } from "./data-files.ts";
import { dataInPlaces } from "./data-in-places.ts";

const text = (words: string): Buffer => gzipSync(`${words}\n`);
const names = ["own", "kept", "changed", "absent", "dots", "halves"];

describe("files of a paper's data", () => {
  let root: string;
  const folder = (name: string): string => join(root, name);
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "minimand-data-files-"));
    for (const sub of ["given/text", "given/images", "bundled/text", "bundled/images"])
      await mkdir(folder(sub), { recursive: true });
    await writeFile(folder("given/text/own.txt.gz"), text("ours"));
    await writeFile(folder("given/kept.txt.gz"), text("the same"));
    await writeFile(folder("bundled/text/kept.txt.gz"), text("the same"));
    await writeFile(folder("given/text/changed.txt.gz"), text("another"));
    await writeFile(folder("bundled/text/changed.txt.gz"), text("one"));
    await writeFile(folder("given/images/dots-images.idx3.gz"), text("pixels"));
    // The other half of the set comes with the project.
    await writeFile(folder("bundled/images/dots-images.idx3.gz"), text("other pixels"));
    await writeFile(folder("bundled/images/dots-labels.idx1.gz"), text("labels"));
    await writeFile(folder("given/images/halves-images.idx3.gz"), text("halves"));
    await writeFile(folder("bundled/images/halves-labels.idx1.gz"), text("labels of halves"));
  });
  afterAll(() => rm(root, { recursive: true }));

  const data = (...folders: string[]) =>
    dataInPlaces(
      folders.map((name) => folder(name)),
      names,
    );

  it("are those that not every installation has", async () => {
    const files = await dataFilesOf(data("given", "bundled"), folder("bundled"));
    expect(files.map(({ name, path }) => [name, path])).toEqual([
      ["text/own.txt.gz", folder("given/text/own.txt.gz")],
      ["text/changed.txt.gz", folder("given/text/changed.txt.gz")],
      ["images/dots-images.idx3.gz", folder("given/images/dots-images.idx3.gz")],
      ["images/halves-images.idx3.gz", folder("given/images/halves-images.idx3.gz")],
    ]);
    expect(await dataFilesOf(data("bundled"), folder("bundled"))).toEqual([]);
  });

  it("are found elsewhere by their names, wherever each is", async () => {
    const here = data("given", "bundled");
    const files = await dataFilesOf(here, folder("bundled"));
    const cached: [string, string][] = files.map(({ name, sha256 }) => [name, folder(sha256)]);
    for (const { path, sha256 } of files) await writeFile(folder(sha256), await readFile(path));
    const there = dataInPlaces([Object.fromEntries(cached), folder("bundled")], names);
    expect(await there.sources()).toEqual(await here.sources());
    expect(await there.text("own")).toBe("ours\n");
  });
});
