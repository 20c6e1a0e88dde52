import { join } from "node:path";
import type { HostPicture } from "@minimand/lab/vision";
import type { Compile } from "minimand/engine";
import { textOf } from "../../error-text.ts";
import { exitCodeOf, UsageError } from "../../failure.ts";
import type { Raster } from "../../pictures/raster.ts";
import { readPicture } from "../../pictures/read-picture.ts";
import { encodePicture, kindToWrite, writePicture } from "../../pictures/write-picture.ts";
import { tell } from "../../printable.ts";
import { hear } from "../../run/interruptible.ts";
import { progressLine, stepProgress } from "../../run/progress.ts";
import type { DetectorEnhancer } from "./detector-view.ts";
import type { EnhancedPicture, EnhanceFile } from "./enhance-file.ts";
import { type EnhanceMethod, enhanceMethods } from "./method-names.ts";
import { brightnessOf, enhanced, gammaFor } from "./methods.ts";
import type { PictureFile } from "./picture-files.ts";
import { resizeRaster, sizeWithin } from "./resize-raster.ts";
import { type FittedZeroDce, fittedTo, fitZeroDce } from "./zero-dce-pictures.ts";

/** What is done with the pictures. */
export interface EnhanceRun {
  files: readonly PictureFile[];
  out: string;
  method: EnhanceMethod;
  gamma: number;
  /** Whether the contact sheet has all methods. */
  compare: boolean;
  steps: number;
  seed: number;
  /** Of detector-view. */
  enhancer: DetectorEnhancer | null;
  compile: Compile | undefined;
  signal: AbortSignal;
}

/** A picture on the contact sheet: JPEG files, of itself and by method. */
export interface Shown {
  file: string;
  before: Uint8Array;
  after: Partial<Record<EnhanceMethod, Uint8Array>>;
}

/** With more bytes of pictures on the contact sheet no further ones are added: a page of them could not be opened. */
const mostShown = 20_000_000;
const shownSide = 320;

/**
 * Brightens pictures one by one, and writes each whole. Reports a picture that can't be read or written in one line, and leaves it out.
 *
 * @throws UsageError where none can be read and written; the reason of `signal`
 */
export async function enhanceAll(
  run: EnhanceRun,
): Promise<Pick<EnhanceFile, "zeroDce" | "pictures" | "leftOut"> & { shown: Shown[] }> {
  const { out, method, gamma, compare, steps, seed, enhancer, compile, signal } = run;
  const known = enhanceMethods.filter((name) => name !== "detector-view" || enhancer !== null);
  const methods = compare ? known : [method];
  const leftOut: EnhanceFile["leftOut"] = [];
  /** Calls `work` with each picture that can be read, which returns why it left one out. */
  const each = async (
    files: readonly PictureFile[],
    label: string,
    work: (picture: Raster, file: PictureFile) => Promise<UsageError | undefined> | undefined,
  ): Promise<PictureFile[]> => {
    const done: PictureFile[] = [];
    const line = progressLine(process.stderr);
    try {
      for (const [i, file] of files.entries()) {
        signal.throwIfAborted();
        line.update(i, files.length, label);
        const picture = await orFault(() => readToWrite(file));
        const fault = picture instanceof UsageError ? picture : await work(picture, file);
        if (fault === undefined) done.push(file);
        else {
          const { message } = fault;
          line.clear();
          // A single one is what the run ends with.
          if (run.files.length > 1) tell(`left out: ${message}`);
          leftOut.push({ file: file.name, why: message });
        }
      }
    } finally {
      line.clear();
    }
    if (done.length > 0) return done;
    if (leftOut.length === 1) throw new UsageError(leftOut[0].why);
    throw new UsageError(
      `pictures: expected at least one that can be read and written, got none: ${leftOut[0].why}`,
    );
  };

  let files = run.files;
  let fitted: FittedZeroDce | null = null;
  if (methods.includes("zero-dce")) {
    const small: HostPicture[] = [];
    files = await each(files, "pictures read", (picture) => {
      small.push(fittedTo(picture));
      return undefined;
    });
    const training = stepProgress(process.stderr);
    const onStep = (done: number): void => training.update(done, steps, "steps of fitting zero-dce");
    fitted = await fitZeroDce(small, { steps, seed, compile, signal, onStep }).finally(training.clear);
  }
  const settings = { gamma, zeroDce: fitted, enhancer };
  const pictures: EnhancedPicture[] = [];
  const shown: Shown[] = [];
  let shownBytes = 0;
  await each(files, "pictures", async (picture, { name }) => {
    const after = enhanced(picture, method, settings);
    // A large picture takes seconds a step.
    await hear(signal);
    const fault = await orFault(() => writePicture(join(out, name), after));
    if (fault !== undefined) return fault;
    pictures.push({
      file: name,
      width: after.width,
      height: after.height,
      brightness: { before: brightnessOf(picture), after: brightnessOf(after) },
      ...(method === "gamma" && { gamma }),
      ...(method === "adaptive-gamma" && { gamma: gammaFor(picture) }),
    });
    await hear(signal);
    if (shownBytes > mostShown) return undefined;
    const small = shrunken(picture);
    const own: Shown = { file: name, before: await thumbnail(small), after: {} };
    for (const one of methods)
      own.after[one] = await thumbnail(one === method ? shrunken(after) : enhanced(small, one, settings));
    shown.push(own);
    for (const { length } of [own.before, ...Object.values(own.after)]) shownBytes += length;
    return undefined;
  });
  fitted?.dispose();
  const zeroDce = fitted === null ? null : { steps, seed, loss: fitted.loss };
  return { zeroDce, pictures, leftOut, shown };
}

/** Reads a picture that can be written again under its name. */
async function readToWrite({ path, fault }: PictureFile): Promise<Raster> {
  if (fault !== undefined) throw new UsageError(fault);
  const picture = await readPicture(path);
  kindToWrite(path, picture);
  return picture;
}

/** What work returns, or why a picture can't be read or written. */
async function orFault<T>(work: () => Promise<T>): Promise<T | UsageError> {
  try {
    return await work();
  } catch (error) {
    if (exitCodeOf(error) !== 2) throw error;
    return new UsageError(textOf(error));
  }
}

function shrunken(picture: Raster): Raster {
  const { width, height } = sizeWithin(picture, shownSide);
  return resizeRaster(picture, width, height);
}

/** A JPEG; what one sees through is shown on grey. */
function thumbnail(picture: Raster): Promise<Uint8Array> {
  const { alpha, channels } = picture;
  const behind = 0.5;
  const data =
    alpha === null
      ? picture.data
      : picture.data.map((value, i) => {
          const opacity = alpha[Math.floor(i / channels)];
          return opacity * value + (1 - opacity) * behind;
        });
  return encodePicture({ ...picture, data, alpha: null, depth: 8 }, "jpeg");
}
