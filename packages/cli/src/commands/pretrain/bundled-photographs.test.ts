import type { PhotographFile } from "@minimand/data";
import { describe, expect, it } from "vitest";
import { bundled } from "../../../../../test/support/bundled.ts";
import { decodePicture } from "../../pictures/read-picture.ts";
import { bundledPhotograph } from "./photographs.ts";

const { index, readme, read, complete } = bundled<PhotographFile>("photographs/");

describe("the bundled photographs", () => {
  it("are all in the index, and nothing else", () => {
    complete(
      index.map(({ file }) => file),
      ["index.json"],
    );
  });

  it.each(index)("$name has the checksum and the size that index and README say", async (entry) => {
    const { name, file, width, height, channels } = entry;
    expect(readme).toContain(`| \`${name}\` | ${width} x ${height} | ${channels} | `);
    const raster = await decodePicture(read(file, entry.sha256), file);
    expect(raster).toMatchObject({ width, height, channels, depth: 8, alpha: null });
    expect(new Set(raster.data).size).toBeGreaterThan(100);
  });

  it("are found by their names alone", async () => {
    expect(await bundledPhotograph("camera")).toMatchObject({ width: 512, height: 512, channels: 1 });
    await expect(bundledPhotograph("camrea")).rejects.toThrow(
      /^photograph: expected one of china, flower, .*, got 'camrea': did you mean 'camera'\?$/,
    );
  });
});
