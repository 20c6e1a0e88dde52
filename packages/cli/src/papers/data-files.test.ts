import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFilesOf, layOutData } from "./data-files.ts";
import { dataInFolders } from "./data-in-folders.ts";

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
    dataInFolders(
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

  it("are found elsewhere as they were where they came from, once they are laid out", async () => {
    const here = data("given", "bundled");
    const files = await dataFilesOf(here, folder("bundled"));
    const paths = Object.fromEntries(files.map(({ sha256 }, i) => [sha256, folder(`blob-${i}`)]));
    for (const { path, sha256 } of files) await writeFile(paths[sha256], await readFile(path));
    await Promise.all([layOutData(files, paths, folder("there")), layOutData(files, paths, folder("there"))]);
    // Again over what is there, and over what was damaged.
    await rm(folder("there/text/own.txt.gz"));
    await writeFile(folder("there/text/own.txt.gz"), "cut off");
    await layOutData(files, paths, folder("there"));
    const there = data("there", "bundled");
    expect(await there.sources()).toEqual(await here.sources());
    expect(await there.text("own")).toBe("ours\n");
    expect((await readdir(folder("there"), { recursive: true })).toSorted()).toEqual(
      ["images", "text", ...files.map(({ name }) => name)].toSorted(),
    );
  });

  it("are refused where their names lead out of the folder, or their content is another", async () => {
    const path = folder("blob");
    await writeFile(path, "what it is not");
    const sha256 = "0".repeat(64);
    const layOut = (name: string, paths = { [sha256]: path }) =>
      layOutData([{ name, sha256 }], paths, folder("refused"));
    for (const name of ["../own.txt.gz", "text/../../own.txt.gz", "/own.txt.gz", ".", ""])
      await expect(layOut(name)).rejects.toThrow(
        new RangeError(`data: expected the name of a file in its folder, got '${name}'`),
      );
    await expect(layOut("own.txt.gz", {})).rejects.toThrow(
      `own.txt.gz: expected a file with SHA-256 ${sha256}, got none`,
    );
    await expect(layOut("own.txt.gz")).rejects.toThrow(
      /own\.txt\.gz: expected SHA-256 0{64}, got [0-9a-f]{64}$/,
    );
    expect(await readdir(folder("refused"))).toEqual([]);
  });
});
