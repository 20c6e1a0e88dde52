import { join } from "node:path";
import type { ProgressLine, TrialStore } from "@minimand/compare";
import { checkNoLink } from "../../files/inside.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { readRegular } from "../../files/read-regular.ts";
import { type ImageService, PromptRefused } from "./image-endpoint.ts";
import { hashOf, isPictureFile, keepPicture, type Picture, pictureOf } from "./picture.ts";
import type { Scorer } from "./scorer.ts";

/** A picture to be made: of a rewrite of a prompt, the `draw`-th. */
export interface Wanted {
  prompt: string;
  rewrite: string;
  draw: number;
}

/** A picture that was made and judged. */
export interface Judged extends Wanted {
  score: number;
  /** Name of its file in the folder of pictures. */
  file: string;
}

/** A rewrite without a picture, and why. */
export interface Without extends Wanted {
  why: string;
}

/**
 * What is kept of a request: the picture's file, or why there is none; what a scorer said; or a refiner that was trained on
 * prompts, its file in base64.
 */
export type Kept =
  | { file: string; sha256: string }
  | { why: string }
  | { score: number }
  | { refiner: string; loss: number };

/** Whether a value is what was kept. */
export function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  const { file, sha256, why, score, refiner, loss } = value as Record<string, unknown>;
  switch (Object.keys(value).sort().join()) {
    case "file,sha256":
      return typeof file === "string" && isPictureFile(file) && typeof sha256 === "string";
    case "why":
      return typeof why === "string";
    case "score":
      return typeof score === "number";
    case "loss,refiner":
      return typeof refiner === "string" && typeof loss === "number";
    default:
      return false;
  }
}

export interface CollectOptions {
  service: ImageService;
  scorer: Scorer;
  store: TrialStore<Kept>;
  /** Folder of the pictures. */
  folder: string;
  /** What decides a picture besides its rewrite: address, model, size. */
  context: Record<string, unknown>;
  /** Requests at a time. */
  atOnce: number;
  progress: ProgressLine;
  signal: AbortSignal;
}

/**
 * Has pictures made and judged. Each is on the disk before the next is asked for, so that whatever ends the run, none is asked for
 * twice. A picture whose file is gone or damaged is asked for again.
 *
 * @returns the judged pictures and the rewrites that got none, both in the order in which they were wanted
 * @throws what the service or the scorer throws, after the requests under way have ended
 */
export async function collectImages(
  wanted: readonly Wanted[],
  { service, scorer, store, folder, context, atOnce, progress, signal }: CollectOptions,
): Promise<{ judged: Judged[]; without: Without[] }> {
  checkNoLink(folder);
  await makeFolder(folder);

  /** The picture of a rewrite from an earlier run, or a new one. */
  async function pictureFor({
    rewrite,
    draw,
  }: Wanted): Promise<(Picture & { file: string; sha256: string }) | string> {
    const key = { ...context, rewrite, draw };
    const kept = await store.get(key);
    if (kept !== null && "why" in kept) return kept.why;
    if (kept !== null && "file" in kept) {
      const bytes = await readRegular(join(folder, kept.file)).catch(() => null);
      if (bytes !== null && hashOf(bytes) === kept.sha256) return { ...kept, ...pictureOf(bytes, kept.file) };
    }
    try {
      if (!(await scorer.allows(rewrite))) return "the scorer's promptFilter holds it back";
      const picture = await service(rewrite, signal);
      const file = await keepPicture(folder, picture);
      await store.put(key, file);
      return { ...picture, ...file };
    } catch (error) {
      if (!(error instanceof PromptRefused)) throw error;
      await store.put(key, { why: error.message });
      return error.message;
    }
  }

  async function judge(one: Wanted): Promise<Judged | Without> {
    const picture = await pictureFor(one);
    if (typeof picture === "string") return { ...one, why: picture };
    const { prompt, rewrite } = one;
    const { bytes, type, file, sha256 } = picture;
    const key = { scorer: scorer.sha256, picture: sha256, prompt, rewrite };
    const kept = await store.get(key);
    if (kept !== null && "score" in kept) return { ...one, file, score: kept.score };
    const score = await scorer.score({ prompt, rewrite, bytes, type });
    await store.put(key, { score });
    return { ...one, file, score };
  }

  const results: (Judged | Without)[] = [];
  let next = 0;
  let done = 0;
  let failed: unknown;
  const work = async (): Promise<void> => {
    while (next < wanted.length && failed === undefined) {
      const i = next++;
      try {
        signal.throwIfAborted();
        results[i] = await judge(wanted[i]);
        progress.update(++done, wanted.length, "pictures");
      } catch (error) {
        failed ??= error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, wanted.length) }, work));
  } finally {
    progress.clear();
  }
  if (failed !== undefined) throw failed;
  return {
    judged: results.filter((one): one is Judged => "score" in one),
    without: results.filter((one): one is Without => "why" in one),
  };
}
