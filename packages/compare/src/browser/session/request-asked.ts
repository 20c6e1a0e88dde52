import { sha256Of } from "../../model/sums.ts";
import type { Settings } from "../../results.ts";
import { distinctNames, nameOfFile } from "../../run/prepare/file-names.ts";
import type { ComparisonRequest, RequestedFile } from "../../run/prepare/request.ts";
import { UsageError } from "../../usage-error.ts";
import { arrayEngine, version } from "../../versions.ts";
import { type Asked, settingsAsked } from "./asked.ts";
import { bytesOfFile } from "./read-page-file.ts";

/** A comparison of a page: what is asked for, and the files by their hashes. */
export interface PageRequest {
  request: ComparisonRequest;
  files: Map<string, File>;
}

/**
 * Returns what the options and files of a page ask for.
 *
 * @throws as {@link settingsAsked}; UsageError for the same data twice
 */
export async function requestAsked(asked: Asked, most: number): Promise<PageRequest> {
  const settings: Settings = settingsAsked(asked);
  const { keep = "auto", quantize = [] } = asked.options;
  const files = new Map<string, File>();
  const requested = async (file: File): Promise<RequestedFile> => {
    const sha256 = await sha256Of(await bytesOfFile(file, most));
    files.set(sha256, file);
    return { name: nameOfFile(file.name), source: file.name, sha256 };
  };
  const inputs: RequestedFile[] = [];
  for (const file of asked.files) {
    const input = await requested(file);
    const same = inputs.find(({ sha256 }) => sha256 === input.sha256);
    if (same !== undefined)
      throw new UsageError(`${input.source}: expected different data, got the same as ${same.source}`);
    inputs.push(input);
  }
  const distinct = distinctNames(inputs.map(({ name }) => name));
  const test = asked.test === undefined ? null : await requested(asked.test);
  const unlabeled = asked.unlabeled === undefined ? null : await requested(asked.unlabeled);
  const same = unlabeled && [...inputs, test].find((other) => other?.sha256 === unlabeled.sha256);
  if (same)
    throw new UsageError(`--unlabeled: expected other rows than those of ${same.source}, got the same`);
  const request: ComparisonRequest = {
    inputs: inputs.map((input, i) => ({ ...input, name: distinct[i] })),
    test,
    unlabeled,
    teacher: null,
    settings,
    own: { origins: [] },
    keep,
    quantize,
    engine: { name: "wasm", version: arrayEngine, threads: 1 },
    versions: { minimand: version, engine: `${arrayEngine} (wasm)`, node: browserName() },
  };
  return { request, files };
}

/** Returns what comparisons are called by: equal files and options are the same comparison, whichever browser it began in. */
export async function idOf({ versions: _, ...request }: ComparisonRequest): Promise<string> {
  return (await sha256Of(new TextEncoder().encode(JSON.stringify(request)))).slice(0, 32);
}

/** `Chrome 140`: where results are that Node has not made. */
function browserName(): string {
  const [, name, major] = /(Edg|Firefox|Chrome|Version)\/(\d+)/.exec(navigator.userAgent) ?? [];
  if (name === undefined) return "a browser";
  return `${{ Edg: "Edge", Version: "Safari" }[name] ?? name} ${major}`;
}
