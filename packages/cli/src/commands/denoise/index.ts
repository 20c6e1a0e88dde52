import { basename, dirname, extname, resolve } from "node:path";
import { lightOf, loadSpeckleRemover, type SpeckleRemover, speckleLevel } from "@minimand/papers/denoising";
import { type Command, InvalidArgumentError, Option } from "commander";
import { startEngine } from "minimand/start";
import { UsageError } from "../../failure.ts";
import { makeFolder, unmakeFolder } from "../../files/make-folder.ts";
import { checkReplaceable, placeOf, writeWhole } from "../../files/write-whole.ts";
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
import { engineOption, place, threadsOption } from "../options.ts";
import { rowTables } from "../row-table.ts";
import type { DenoiseFile } from "./denoise-file.ts";
import { denoisePicture } from "./denoise-picture.ts";
import { denoiseRows, renderDenoise } from "./report.ts";

interface Options extends EngineAsked {
  noise: "multiplicative";
  level: number | "auto";
  clean?: string;
  out?: string;
  report?: string;
  json: boolean;
}

/** `minimand denoise IN.png`. */
export function define(command: Command): Command {
  return command
    .description(
      "Take speckle, noise that multiplies, from a picture, by a network that has learned from photographs.",
    )
    .argument("<picture>", "PNG, JPEG or WebP file")
    .option(
      "-o, --out <file>",
      "where the picture goes (.png, .jpg, .webp); default: NAME-denoised.png",
      place,
    )
    .addOption(
      new Option("--noise <kind>", "multiplicative, the only one there is; default: multiplicative")
        .choices(["multiplicative"])
        .default("multiplicative", "multiplicative"),
    )
    .addOption(
      new Option(
        "--level <x>",
        "deviation of the logarithm of the noise in linear light, up to 1; default: auto, found in the picture",
      )
        .argParser(levelOf)
        .default("auto", "auto"),
    )
    .option(
      "--clean <file>",
      "the picture as it was, to measure by: PSNR and SSIM, also of two usual filters",
      place,
    )
    .option("--report <file>", "an HTML page with the picture by each method side by side", place)
    .addOption(engineOption())
    .addOption(threadsOption())
    .option("--json", "print settings and numbers as JSON on stdout", false)
    .addHelpText(
      "after",
      `
Examples:
  minimand denoise radar.png
  minimand denoise scan.png --out scan-clean.png --level 0.3 --report scan.html
  minimand denoise noisy.png --clean original.png --json

docs/denoise.md says what the network learned from, and how good it is on photographs that it never saw.`,
    )
    .action(denoise);
}

function levelOf(text: string): number | "auto" {
  if (text === "auto") return "auto";
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError(`expected auto or a number > 0 and <= 1, got '${text}'`);
}

async function denoise(path: string, options: Options): Promise<void> {
  const { noise, clean: cleanPath, report } = options;
  const { out = `${basename(path, extname(path))}-denoised.png` } = options;
  await checkApart({ "the picture": path, "--clean": cleanPath, "--out": out, "--report": report });
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
      await checkReplaceable(file);
    }
    await interruptible(async (signal) => {
      const { width, height, channels, depth } = noisy;
      tell(
        `${path}: ${width} x ${height} pixels in ${colours(noisy)}, noise of level ${level.used.toPrecision(3)}`,
      );
      const started = performance.now();
      const line = progressLine(process.stderr);
      const results = await denoisePicture(noisy, level.used, remover, {
        ...{ compared: isCompared, clean, signal },
        onProgress: (done, total) => line.update(done, total, "pieces of the picture"),
      }).finally(line.clear);
      const file: DenoiseFile = {
        ...{ schema: "minimand.denoise/1", created: new Date().toISOString(), versions: versions(), engine },
        picture: { file: basename(path), width, height, channels, depth },
        ...{ clean: cleanPath ?? null, noise, level, out, report: report ?? null },
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
  tell(`${out} has the picture${report === undefined ? "" : `, ${report} shows it beside others`}`);
}

/** Nothing that is read is written over, by a link to it neither, and nothing is written twice. */
async function checkApart(files: Readonly<Record<string, string | undefined>>): Promise<void> {
  const places = new Map<string, string>();
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const place = await placeOf(resolve(file));
    const other = places.get(place);
    if (other !== undefined && name !== "--clean")
      throw new UsageError(`${name}: expected another file than ${other}, got ${file}`);
    places.set(place, name);
  }
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
      `the level ${given === null ? "found" : "given"}, ${wanted < 0.005 ? "nearly 0" : wanted.toPrecision(2)}, is outside what the network has learned; ${used} is used`,
    );
  if (given !== null && found !== null && Math.abs(found - given) > farApart)
    tell(
      `--level: ${given} was given, and the picture looks like ${found.toPrecision(2)}; the level is that of linear light (docs/denoise.md)`,
    );
  return { given, found, used };
}
