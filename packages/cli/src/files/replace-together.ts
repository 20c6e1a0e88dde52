import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { access, constants, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Contents } from "@minimand/compare/artifacts";
import { parseJson } from "minimand/engine";
import { lockFolder } from "./folder-lock.ts";
import { checkInside, checkNoLink, found } from "./inside.ts";
import { makeFolder } from "./make-folder.ts";
import { checkOwn, needsOwnFolder } from "./own-folder.ts";
import { readRegular, readRegularSync } from "./read-regular.ts";
import { temporaryFor } from "./temporary.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * A folder of this name holds what is to come into the folder around it. Where it is, that is decided: it only remains to
 * be moved.
 */
const pending = ".minimand-new";

/** The files that runs write: right in their folder, in `model/`, or in a folder of a data set below it. Hidden ones are none of them. */
const written =
  /^(?:model\/(?:[^/\\]{1,255}\/)?)?[^./\\][^/\\]{0,255}\.(?:ensemble|html|json|mtx|onnx|safetensors|svg|trees)$/;

/** Paths of the files that go, and of those that come, in this order. */
interface Plan {
  gone: string[];
  come: string[];
}

/**
 * Puts files into the places of others, all or none: whatever happens on the way, the folder holds all that it held before,
 * or all that is given here.
 *
 * Everything is written beside its place first. One rename decides, and what remains are renames in one breath. Where the
 * process is killed among them, {@link readCurrent} reads what is to come, and {@link finishReplacement} does the rest.
 *
 * @throws RangeError for a path that no run writes, a symbolic link on the way to a file, and where files of others are in the folder, see
 *   {@link checkOwn}; the error of the operating system, with the path in question; the folder is as it was
 */
export async function replaceTogether(folder: string, contents: Contents): Promise<void> {
  const paths = Object.keys(contents);
  const foreign = paths.find((path) => !isWritten(path));
  if (foreign !== undefined)
    throw new RangeError(`${folder}: expected a file that runs write, got ${JSON.stringify(foreign)}`);
  checkNoLink(folder);
  for (const path of paths) checkInside(folder, path);
  await finishReplacement(folder);
  if (paths.some(needsOwnFolder)) await checkOwn(folder);
  const beside = temporaryFor(join(folder, pending));
  const plan: Plan = { gone: [], come: [] };
  try {
    for (const [path, content] of Object.entries(contents)) {
      if (content === null) plan.gone.push(path);
      else {
        await writeFor(join(folder, path), join(beside, "files", path), content);
        plan.come.push(path);
      }
    }
    await writeFor(folder, join(beside, "plan.json"), JSON.stringify(plan));
    for (const path of plan.come) await checkPlace(join(folder, path));
    await alone(folder, () => {
      finish(folder);
      renameSync(beside, join(folder, pending));
      finish(folder);
    });
  } finally {
    await rm(beside, { recursive: true, force: true }).catch(() => {});
  }
}

/** Does the rest of a replacement whose process was killed in the middle. */
export async function finishReplacement(folder: string): Promise<void> {
  if (found(join(folder, pending)) !== undefined) await alone(folder, () => finish(folder));
}

/** Whether a file is there, also one that is just being replaced, see {@link readCurrent}. */
export function isThere(path: string): boolean {
  const current = currentPath(path);
  return current !== null && existsSync(current);
}

/**
 * Reads a file that may be just being replaced: what was decided counts, be it moved or not. So nobody reads some files of
 * before and some of now, even where the process that replaced them was killed.
 *
 * @param path a file in a folder that `replaceTogether` writes, or up to two folders below it
 */
export async function readCurrent(path: string): Promise<Buffer> {
  const current = currentPath(path) ?? path;
  try {
    return await readRegular(current);
  } catch (error) {
    if (current === path) throw error;
    // It has come to its place meanwhile.
    return readRegular(path);
  }
}

/** Where a file is: in its place, or still beside it; null where it is to go. */
function currentPath(path: string): string | null {
  for (let folder = dirname(path), i = 0; i < 3; i++, folder = join(folder, "..")) {
    const { gone, come } = planOf(folder);
    const name = relative(folder, path);
    if (gone.includes(name)) return null;
    const beside = join(folder, pending, "files", name);
    if (come.includes(name) && existsSync(beside)) return beside;
  }
  return path;
}

async function writeFor(place: string, path: string, content: string | Uint8Array): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeWhole(path, content);
  } catch (error) {
    throw Object.assign(error as Error, { path: place });
  }
}

/** What would stop the renames is met before the first of them. */
async function checkPlace(path: string): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  await access(folder, constants.W_OK);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw Object.assign(new Error(`${path} is a folder`), { code: "EISDIR", path });
}

/** Equal runs may come to their ends at the same time. Each takes a few renames, so who waits long waits for one that was stopped. */
async function alone(folder: string, work: () => void): Promise<void> {
  const lock = await lockFolder(folder, { part: "results", patience: 30_000 });
  try {
    work();
  } finally {
    lock.release();
  }
}

/** Each step may have been done before. What a plan from somebody else would move through a link, stays where it is. */
function finish(folder: string): void {
  const from = join(folder, pending);
  if (found(from) === undefined) return;
  const { gone, come } = planOf(folder);
  const besideOf = (path: string): string => join(pending, "files", path);
  for (const path of [...gone, ...come, ...come.map(besideOf)]) checkInside(folder, path);
  for (const path of gone) rmSync(join(folder, path), { force: true });
  for (const path of come) {
    const beside = join(folder, besideOf(path));
    if (!existsSync(beside)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    renameSync(beside, join(folder, path));
  }
  // With its name the folder loses its meaning.
  const done = temporaryFor(from);
  renameSync(from, done);
  rmSync(done, { recursive: true, force: true });
}

function planOf(folder: string): Plan {
  const path = join(folder, pending, "plan.json");
  try {
    const plan: unknown = parseJson(readRegularSync(path).toString());
    if (isPlan(plan)) return plan;
  } catch {
    // None, or none that was written whole.
  }
  return { gone: [], come: [] };
}

/** Far more files than any run writes; each is looked at several times. */
const mostFiles = 1000;

/** The folder may come from somebody else: a plan names what runs write, and nothing else. */
function isPlan(value: unknown): value is Plan {
  const arePaths = (list: unknown): boolean =>
    Array.isArray(list) && list.length <= mostFiles && list.every(isWritten);
  return (
    typeof value === "object" &&
    value !== null &&
    "gone" in value &&
    "come" in value &&
    arePaths(value.gone) &&
    arePaths(value.come)
  );
}

function isWritten(path: unknown): boolean {
  return typeof path === "string" && written.test(path) && !path.split("/").includes("..");
}
