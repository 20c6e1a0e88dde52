import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { makeDataset, readTable } from "@minimand/compare";
import { readIdx } from "../idx.ts";
import type { TrialHost } from "../reproduction.ts";

const data = new URL("../../../../data/", import.meta.url);

/** A host with the project's own data and nothing else. */
export const bundledHost: TrialHost = {
  async dataset(name) {
    return makeDataset(await readTable(await readFile(new URL(`${name}.csv.gz`, data)), { name }), {
      target: "target",
    });
  },
  async images(name) {
    const file = async (part: string) =>
      new Uint8Array(gunzipSync(await readFile(new URL(`images/${name}-${part}.gz`, data))));
    return readIdx(await file("images.idx3"), await file("labels.idx1"), name);
  },
  async text(name) {
    throw new RangeError(`text: expected no request, got ${name}`);
  },
};
