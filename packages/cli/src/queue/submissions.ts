/* What commands ask of a store. */

import type { ComparisonRequest } from "@minimand/compare";
import type { PapersData, ReproductionRequest } from "@minimand/papers";
import type { GatheredBytes } from "../compare/gather-files.ts";
import { readRegular } from "../files/read-regular.ts";
import { dataFilesOf } from "../papers/data-files.ts";
import type { FileInPlace } from "../papers/data-in-places.ts";
import type { Submission } from "./submit.ts";

/** Without what a worker of this process adds. */
export type Asked = Omit<Submission, "environment" | "origins">;

/** A comparison; the bytes of its files are used up. */
export function askedComparison(
  request: ComparisonRequest,
  bytes: GatheredBytes,
  typed: readonly string[],
): Asked {
  const names = request.inputs.map(({ name }) => name);
  return {
    kind: "compare",
    title: `compare ${names.join(", ")}`,
    request,
    attached: [],
    typed: [...typed],
    files: new Map([...bytes].map(([sha256, [own]]) => [sha256, async () => own])),
  };
}

/** A reproduction, with those of its data that not every installation has. */
export async function askedReproduction(
  request: ReproductionRequest,
  data: PapersData<FileInPlace>,
  typed: readonly string[],
): Promise<Asked> {
  const { slug, scale, firstSeed, tune } = request;
  const found = await dataFilesOf(data);
  const from = firstSeed === null ? "" : ` --first-seed ${firstSeed}`;
  const how = `${scale === "default" ? "" : ` --${scale}`}${from}${tune ? " --tune" : ""}`;
  return {
    kind: "reproduce",
    title: `reproduce ${slug}${how}`,
    request,
    typed: [...typed],
    attached: found.map(({ name, sha256 }) => ({ name, sha256 })),
    files: new Map(
      found.map(({ sha256, path }) => [sha256, async () => new Uint8Array(await readRegular(path))]),
    ),
  };
}
