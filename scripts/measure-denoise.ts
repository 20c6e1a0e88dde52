/*
 * Measures what docs/denoise.md shows, and writes docs/denoise.json: photographs that no training saw, with speckle, by `minimand denoise`
 * and by the usual filters. Each is written as a file of 8 bits and read again.
 *
 *     npx node --conditions=minimand-source scripts/measure-denoise.ts   # then npm run docs
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeCompiler } from "@minimand/native";
import type { Row } from "@minimand/papers";
import {
  addSpeckle,
  encodedOf,
  heldOut,
  type Light,
  lightOf,
  linearOf,
  loadSpeckleRemover,
  photographOf,
  speckleLevel,
} from "@minimand/papers/denoising";
import { derive, randomSource } from "minimand/engine";
import { startEngine } from "minimand/start";
import { type Denoised, denoisePicture } from "../packages/cli/src/commands/denoise/denoise-picture.ts";
import { bundledPhotograph } from "../packages/cli/src/commands/pretrain/photographs.ts";
import { paperAssets } from "../packages/cli/src/papers/paper-assets.ts";
import type { Raster } from "../packages/cli/src/pictures/raster.ts";
import { readPicture } from "../packages/cli/src/pictures/read-picture.ts";
import { writePicture } from "../packages/cli/src/pictures/write-picture.ts";

/** Pixels along the sides of what is taken from the middle of a photograph. */
const side = 256;
const levels = [0, 0.05, 0.1, 0.2, 0.4, 0.8];
/** Looks of a radar, and the deviation of the logarithm of their mean intensity: the root of trigamma(looks). */
const looks = { 16: 0.254, 4: 0.533 };

type Noise = {
  kind: "log-normal" | "gamma";
  level: number;
  looks: number | null;
  on(light: Light, next: () => number): Light;
};

const noises: Noise[] = [
  ...levels.map(
    (level): Noise => ({
      kind: "log-normal",
      level,
      looks: null,
      on: (light, next) => addSpeckle(light, level, next),
    }),
  ),
  ...Object.entries(looks).map(
    ([count, level]): Noise => ({
      kind: "gamma",
      level,
      looks: Number(count),
      on: (light, next) => addLooks(light, Number(count), next),
    }),
  ),
];

await startEngine();
const folder = mkdtempSync(join(tmpdir(), "minimand-denoise-"));
const compile = await nativeCompiler({ threads: 1, warn: console.warn });
const remover = await loadSpeckleRemover(paperAssets("dale-langevin"), { compile });
const rows: Row[] = [];
try {
  for (const [k, name] of heldOut.entries()) {
    const clean = middleOf({ ...(await bundledPhotograph(name)), alpha: null, depth: 8 });
    for (const [i, noise] of noises.entries()) {
      const next = randomSource(derive(1, k, i));
      const file = join(folder, "noisy.png");
      await writePicture(file, {
        ...clean,
        ...photographOf(lightOf(clean).map((light) => noise.on(light, next))),
      });
      rows.push({
        part: "photograph",
        photograph: name,
        ...(await measured(await readPicture(file), clean, noise)),
      });
      console.log(JSON.stringify(rows.at(-1)));
    }
  }
} finally {
  remover.dispose();
  rmSync(folder, { recursive: true });
}
const means = noises.map(({ kind, level, looks: count }) => {
  const own = rows.filter((row) => row.noise === kind && row.level === level);
  const numbers = Object.keys(own[0]).filter(
    (key) => typeof own.at(-1)![key] === "number" && !["level", "looks"].includes(key),
  );
  return {
    part: "mean",
    noise: kind,
    level,
    looks: count,
    ...Object.fromEntries(
      numbers.map((key) => [key, own.reduce((sum, row) => sum + (row[key] as number) / own.length, 0)]),
    ),
  };
});
writeFileSync("docs/denoise.json", `${JSON.stringify([...means, ...rows], null, 2)}\n`);

/** All methods with the level that is found; the network with that which is true, too. */
async function measured(noisy: Raster, clean: Raster, { kind, level, looks: count }: Noise): Promise<Row> {
  const found = speckleLevel(lightOf(noisy))!;
  const { least, most } = remover.levels;
  const used = Math.min(most, Math.max(least, found));
  const run = (given: number, compared: boolean): Promise<Denoised[]> =>
    denoisePicture(noisy, given, remover, {
      compared,
      clean,
      signal: new AbortController().signal,
      onProgress() {},
    });
  const byFound = await run(used, true);
  const told = level === 0 ? null : (await run(Math.max(least, level), false)).at(-1)!;
  const of = (method: Denoised["method"]): Denoised => byFound.find((one) => one.method === method)!;
  return {
    noise: kind,
    level,
    looks: count,
    found,
    ...Object.fromEntries(
      byFound.flatMap(({ method, psnr, ssim }) => [
        [method, psnr],
        [`${method}, SSIM`, ssim],
      ]),
    ),
    "network, level given": told?.psnr ?? null,
    "network above the best filter": above(of("network"), of("gaussian"), of("median")),
  };
}

/** Null where one of them is the clean picture itself. */
function above(one: Denoised, ...others: Denoised[]): number | null {
  const ratios = others.map(({ psnr }) => psnr);
  return one.psnr === null || ratios.includes(null) ? null : one.psnr - Math.max(...(ratios as number[]));
}

function middleOf(picture: Raster): Raster {
  const { width, height, channels, data } = picture;
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const taken = new Float32Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * channels;
    taken.set(data.subarray(from, from + side * channels), y * side * channels);
  }
  return { ...picture, width: side, height: side, data: taken };
}

/** What a radar of so many looks sees: intensity times the mean of as many exponential numbers. */
function addLooks({ width, height, values }: Light, count: number, next: () => number): Light {
  return {
    width,
    height,
    values: values.map((x) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum -= Math.log(1 - next());
      return linearOf(Math.round(255 * encodedOf(Math.min(1, (x * sum) / count))) / 255);
    }),
  };
}
