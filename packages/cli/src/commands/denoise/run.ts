import { basename, dirname, extname } from "node:path";
import { lightOf, loadSpeckleRemover, type SpeckleRemover, speckleLevel } from "@minimand/papers/denoising";
import { startEngine } from "minimand/start";
import { UsageError } from "../../failure.ts";
import { checkApart } from "../../files/apart.ts";
import { makeFolder, unmakeFolder } from "../../files/make-folder.ts";
import { checkWritable, writeWhole } from "../../files/write-whole.ts";
import { paperAssets } from "../../papers/paper-assets.ts";
import type { Raster } from "../../pictures/raster.ts";
import { readPicture } from "../../pictures/read-picture.ts";
import { encodePicture, kindToWrite } from "../../pictures/write-picture.ts";
import { printableJson, tell } from "../../printable.ts";
import { compilerOf } from "../../run/engine.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { progressLine } from "../../run/progress.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { versions } from "../../version.ts";
import { rowTables } from "../row-table.ts";
import type { DenoiseFile } from "./denoise-file.ts";
import { denoisePicture } from "./denoise-picture.ts";
import { denoiseRows, renderDenoise } from "./report.ts";

/** What `minimand denoise` was asked. */
export interface DenoiseOptions extends EngineAsked {
  level: number | "auto";
  clean?: string;
  out?: string;
  report?: string;
  json: boolean;
}

/** Writes a picture without its speckle. */
export async function denoise(path: string, options: DenoiseOptions): Promise<void> {
  const { clean: cleanPath, report } = options;
  const { out = `${basename(path, extname(path))}-denoised.png` } = options;
  await checkApart({ "the picture": path, "--clean": cleanPath }, { "--out": out, "--report": report });
  if (report !== undefined && !/\.html?$/i.test(report))
    throw new UsageError(`--report: expected a name that ends with .html, got '${report}'`);
  const noisy = await readPicture(path);
  const isCompared = cleanPath !== undefined || report !== undefined;
  checkMemory(path, noisy, isCompared);
  const kind = kindToWrite(out, noisy);
  const clean = cleanPath === undefined ? null : await cleanFor(noisy, path, cleanPath);
  const { engine, note } = await chooseEngine(options);
  if (note !== null) tell(note);
  await startEngine();
  const compile = await compilerOf(engine, warnOnce(process.stderr));
  const remover = await loadSpeckleRemover(paperAssets("dale-langevin"), { compile });
  const made: (readonly [folder: string, topmost: string | null])[] = [];
  try {
    const level = levelFor(noisy, path, options.level, remover);
    for (const file of report === undefined ? [out] : [out, report]) {
      made.push([dirname(file), await makeFolder(dirname(file))]);
      await checkWritable(file);
    }
    await interruptible(async (signal) => {
      const { width, height, channels, depth } = noisy;
      tell(
        `${path}: ${width} x ${height} pixels in ${colours(noisy)}, noise of level ${level.used.toPrecision(3)}`,
      );
      const started = performance.now();
      const line = progressLine(process.stderr);
      const results = await denoisePicture(noisy, level.used, remover, {
        compared: isCompared,
        clean,
        signal,
        onProgress: (done, total) => line.update(done, total, "pieces of the picture"),
      }).finally(line.clear);
      const file: DenoiseFile = {
        schema: "minimand.denoise/1",
        created: new Date().toISOString(),
        versions: versions(),
        engine,
        picture: { file: basename(path), width, height, channels, depth },
        clean: cleanPath ?? null,
        noise: "multiplicative",
        level,
        out,
        report: report ?? null,
        methods: results.map(({ picture: _, ...result }) => result),
        seconds: (performance.now() - started) / 1000,
      };
      const picture = await encodePicture(results[results.length - 1].picture, kind);
      await writeWhole(out, picture);
      if (report !== undefined) await writeWhole(report, renderDenoise(file, results, clean));
      print(options.json ? `${printableJson(file)}\n` : `${rowTables(denoiseRows(file), terminalWidth())}\n`);
    }, "begins anew");
  } finally {
    remover.dispose();
    // Those that something was written to stay.
    for (const [folder, topmost] of made.reverse()) await unmakeFolder(folder, topmost);
  }
  tell(`${out} has the picture${report === undefined ? "" : `, ${report} shows it next to others`}`);
}

const colours = ({ channels }: Pick<Raster, "channels">): string => (channels === 1 ? "grey" : "colour");

/** Bytes that are needed for each number of a picture; about twice as many with the filters. */
const bytesEach = 32;

/** What there is no memory for is refused before it is begun. */
function checkMemory(path: string, { width, height, channels }: Raster, isCompared: boolean): void {
  const each = channels * bytesEach * (isCompared ? 2 : 1);
  const most = process.availableMemory() / each;
  if (width * height > most)
    throw new UsageError(
      `${path}: expected at most ${(most / 1e6).toPrecision(2)} million pixels for the memory that is free, got ${width} x ${height}`,
    );
}

async function cleanFor(noisy: Raster, path: string, cleanPath: string): Promise<Raster> {
  const clean = await readPicture(cleanPath);
  const text = ({ width, height, channels }: Raster): string =>
    `${width} x ${height} pixels in ${colours({ channels })}`;
  if (text(clean) === text(noisy)) return clean;
  throw new UsageError(`--clean: expected ${text(noisy)} as ${path}, got ${text(clean)}`);
}

/** About twice as far as the level found lies from the true one on photographs (docs/denoise.json). */
const farApart = 0.2;

/** The level that is used, within what the network has learned. */
function levelFor(
  noisy: Raster,
  path: string,
  asked: number | "auto",
  { levels: { least, most } }: SpeckleRemover,
): DenoiseFile["level"] {
  const found = speckleLevel(lightOf(noisy));
  const given = asked === "auto" ? null : asked;
  const wanted = given ?? found;
  if (wanted === null)
    throw new UsageError(
      `--level: expected a number, since ${path} has no 2 x 2 pixels between black and white to find it by, got auto`,
    );
  const used = Math.min(most, Math.max(least, wanted));
  if (used !== wanted)
    tell(
      `the level ${given === null ? "found" : "given"}, ${wanted < 0.005 ? "nearly 0" : wanted.toPrecision(2)}, is outside the range that the network has learned; ${used} is used`,
    );
  if (given !== null && found !== null && Math.abs(found - given) > farApart)
    tell(
      `--level: ${given} was given, and the picture looks like ${found.toPrecision(2)}; the level is that of linear light (docs/denoise.md)`,
    );
  return { given, found, used };
}
