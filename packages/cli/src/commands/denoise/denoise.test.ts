import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addSpeckle, type Light, lightOf, photographOf } from "@minimand/papers/denoising";
import { parseHTML } from "linkedom";
import { randomSource } from "minimand/engine";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { bin, start, temporaryFolder } from "../../../../../test/support/cli.ts";
import { noStrace, watch } from "../../../../../test/support/quiet.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import type { Raster } from "../../pictures/raster.ts";
import { readPicture } from "../../pictures/read-picture.ts";
import { writePicture } from "../../pictures/write-picture.ts";
import type { DenoiseFile } from "./denoise-file.ts";

const once = oneProcess();

/** A scene of discs before a slope, its channels of different light. */
const scene = (width: number, height: number, channels: 1 | 3, depth: 8 | 16 = 8): Raster => {
  const light = (c: number): Light => ({
    width,
    height,
    values: Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
      if ((x - 0.3) ** 2 + (y - 0.4) ** 2 < 0.04) return 0.4 - 0.15 * c;
      return (x - 0.7) ** 2 + (y - 0.6) ** 2 < 0.05 ? 0.03 + 0.1 * c : 0.12 + 0.1 * x;
    }),
  });
  return { ...photographOf(Array.from({ length: channels }, (_, c) => light(c))), alpha: null, depth };
};
const speckled = (clean: Raster, level: number): Raster => {
  const next = randomSource(12);
  return { ...clean, ...photographOf(lightOf(clean).map((light) => addSpeckle(light, level, next))) };
};

/** A folder with a clean grey scene, and the same with speckle of level 0.3. */
async function withPictures(): Promise<string> {
  const cwd = temporaryFolder();
  const clean = scene(100, 80, 1);
  await writePicture(join(cwd, "clean.png"), clean);
  await writePicture(join(cwd, "noisy.png"), speckled(clean, 0.3));
  return cwd;
}

describe.concurrent("minimand denoise", () => {
  it("takes speckle away, measures by the clean picture, and shows all on a page", async () => {
    const cwd = await withPictures();
    const args = [
      "denoise",
      "noisy.png",
      "--clean",
      "clean.png",
      "--report",
      "page.html",
      "--out",
      "deep/out.png",
    ];
    const { code, stdout, stderr } = await once([...args, "--json"], { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("noisy.png: 100 x 80 pixels in grey, noise of level 0."),
    ]);
    const file: DenoiseFile = JSON.parse(stdout);
    expect(file).toMatchObject({
      picture: { file: "noisy.png", channels: 1, depth: 8 },
      out: "deep/out.png",
    });
    expect(file.level.used).toBe(file.level.found);
    expect(file.level.found).toBeGreaterThan(0.25);
    expect(file.level.found).toBeLessThan(0.35);
    const [before, gaussian, median, network] = file.methods;
    expect(file.methods.map(({ method }) => method)).toEqual(["as it is", "gaussian", "median", "network"]);
    expect(`${gaussian.width}`.length).toBeLessThan(5);
    expect(network.psnr!).toBeGreaterThan(Math.max(gaussian.psnr!, median.psnr!));
    expect(network.ssim!).toBeGreaterThan(before.ssim!);
    // The file is what the numbers are of.
    const [out, clean] = await Promise.all([
      readPicture(join(cwd, "deep/out.png")),
      readPicture(join(cwd, "clean.png")),
    ]);
    const squares = out.data.reduce((sum, v, i) => sum + (v - clean.data[i]) ** 2, 0);
    expect(-10 * Math.log10(squares / out.data.length)).toBeCloseTo(network.psnr!, 1);
    const { document } = parseHTML(readFileSync(join(cwd, "page.html"), "utf8"));
    const captions = [...document.querySelectorAll("figcaption")].map(({ textContent }) => textContent);
    expect(captions).toEqual([
      `as it is, ${before.psnr!.toFixed(1)} dB`,
      expect.stringMatching(/^Gaussian filter of the logarithm, \d/),
      expect.stringMatching(/^median filter, \d/),
      `network, ${network.psnr!.toFixed(1)} dB`,
      "clean",
    ]);
    expect(readdirSync(cwd).sort()).toEqual(["clean.png", "deep", "noisy.png", "page.html"]);
    expect(readdirSync(join(cwd, "deep"))).toEqual(["out.png"]);
  });

  it("names the picture after its own, and tells the level", async () => {
    const cwd = await withPictures();
    const { code, stdout } = await once(["denoise", "noisy.png", "--level", "0.3"], { cwd });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/0\.3 +0\.\d+ +0\.3 +noisy-denoised\.png/)]);
    expect(existsSync(join(cwd, "noisy-denoised.png"))).toBe(true);
  });

  it("tells levels apart: given, found, and used within what was learned", async () => {
    const cwd = await withPictures();
    await writePicture(join(cwd, "still.png"), {
      ...scene(40, 30, 1),
      data: new Float32Array(1200).fill(0.5),
    });
    const [still, far] = await Promise.all([
      once(["denoise", "still.png", "--report", "still.html"], { cwd }),
      once(["denoise", "noisy.png", "--level", "0.9", "--report", "far.html"], { cwd }),
    ]);
    expect([still.code, far.code]).toEqual([0, 0]);
    expect(still.stderr).toContain(
      "the level found, nearly 0, is outside the range that the network has learned; 0.02 is used\n",
    );
    expect(still.stdout).toMatch(/^level used +found +given +written\n +0\.02 +0 +– +still-denoised\.png\n$/);
    expect(far.stderr).toMatch(
      /^--level: 0\.9 was given, and the picture looks like 0\.\d+; the level is that of linear light/m,
    );
    const text = (file: string): string => readFileSync(join(cwd, file), "utf8");
    expect(text("still.html")).toContain(
      "since the level found in the picture, 0, is outside the range that the network has learned",
    );
    expect(text("far.html")).toMatch(/as given; 0\.\d+ was found in the picture/);
  });

  it("keeps colour, transparency and 16 bits", async () => {
    const cwd = temporaryFolder();
    const clean = scene(60, 50, 3, 16);
    const alpha = Float32Array.from({ length: 3000 }, (_, i) => (i % 60) / 59);
    await writePicture(join(cwd, "in.png"), { ...speckled(clean, 0.2), alpha });
    const { code } = await once(["denoise", "in.png", "--out", "out.png"], { cwd });
    expect(code).toBe(0);
    const out = await readPicture(join(cwd, "out.png"));
    expect(out).toMatchObject({ width: 60, height: 50, channels: 3, depth: 16 });
    out.alpha!.forEach((value, i) => {
      expect(value).toBeCloseTo(alpha[i], 4);
    });
    const error = (picture: Raster, c: number): number =>
      picture.data.reduce((sum, v, i) => sum + (i % 3 === c ? (v - clean.data[i]) ** 2 : 0), 0);
    for (const c of [0, 1, 2]) expect(error(out, c)).toBeLessThan(0.5 * error(speckled(clean, 0.2), c));
  });

  it("takes CMYK, one pixel, black, and another kind of file to write", async () => {
    const cwd = temporaryFolder();
    const put = (name: string, image: Sharp) => image.toFile(join(cwd, name));
    await put(
      "cmyk.jpg",
      sharp(await encoded(speckled(scene(64, 48, 3), 0.2)))
        .toColourspace("cmyk")
        .jpeg(),
    );
    const pixel = (value: number, size: number) =>
      sharp(new Uint8Array(size * size * 3).fill(value), { raw: { width: size, height: size, channels: 3 } });
    await put("pixel.png", pixel(90, 1));
    await put("black.png", pixel(0, 8));
    for (const [name, level, out] of [
      ["cmyk.jpg", "auto", "cmyk.webp"],
      ["pixel.png", "0.3", "pixel.jpg"],
      ["black.png", "0.3", "out.png"],
    ]) {
      const { code, stderr } = await once(["denoise", name, "--level", level, "--out", out], { cwd });
      expect([name, code, stderr]).toEqual([name, 0, expect.stringContaining(`${out} has the picture`)]);
    }
    expect((await sharp(join(cwd, "cmyk.webp")).metadata()).width).toBe(64);
    expect(Math.max(...(await readPicture(join(cwd, "out.png"))).data)).toBeLessThan(0.02);
    for (const name of ["pixel.png", "black.png"])
      expect(await once(["denoise", name], { cwd })).toMatchObject({
        code: 2,
        stderr: `minimand: --level: expected a number, since ${name} has no 2 x 2 pixels between black and white to find it by, got auto\n`,
      });
  });

  it("refuses what it can't do in one line, and writes nothing", async () => {
    const cwd = await withPictures();
    const whole = readFileSync(join(cwd, "noisy.png"));
    writeFileSync(join(cwd, "cut.png"), whole.subarray(0, whole.length / 2));
    writeFileSync(join(cwd, "text.png"), "no picture");
    await writePicture(join(cwd, "small.png"), scene(10, 10, 1));
    await writePicture(join(cwd, "alpha.png"), {
      ...scene(10, 10, 1),
      alpha: new Float32Array(100).fill(0.5),
    });
    mkdirSync(join(cwd, "folder.png"));
    const before = readdirSync(cwd);
    const refusals: [args: string[], line: string][] = [
      [["cut.png"], "cut.png: expected a whole PNG picture, got a damaged one ("],
      [["text.png"], "text.png: expected a PNG, JPEG or WebP picture, got 10 bytes of another kind\n"],
      [["none.png"], "none.png: no such file or folder\n"],
      [["."], ".: is a folder, expected a file\n"],
      [["noisy.png", "--level", "-1"], "expected auto or a number > 0 and <= 1, got '-1'\n"],
      [["noisy.png", "--level", "0"], "expected auto or a number > 0 and <= 1, got '0'\n"],
      [["noisy.png", "--level", "much"], "expected auto or a number > 0 and <= 1, got 'much'\n"],
      [
        ["noisy.png", "--noise", "multiplicative"],
        "--noise: expected no kind, since the command removes speckle alone; --level sets how strong it is",
      ],
      [
        ["noisy.png", "--out", "out.gif"],
        "out.gif: expected a name that ends with .png, .jpg, .jpeg, .webp\n",
      ],
      [
        ["alpha.png", "--out", "out.jpg"],
        "out.jpg: expected .png or .webp for a picture that one sees through, got a JPEG\n",
      ],
      [["noisy.png", "--out", `${"x".repeat(252)}.png`], "x.png: the name is too long\n"],
      [["noisy.png", "--out", "folder.png"], "folder.png: is a folder, expected a file\n"],
      [["noisy.png", "--out", "noisy.png"], "--out: expected another file than the picture, got noisy.png\n"],
      [
        ["noisy.png", "--clean", "clean.png", "--out", "./clean.png"],
        "--out: expected another file than --clean, got ./clean.png\n",
      ],
      [
        ["noisy.png", "--report", "page.png"],
        "--report: expected a name that ends with .html, got 'page.png'\n",
      ],
      [
        ["noisy.png", "--clean", "small.png"],
        "--clean: expected 100 x 80 pixels in grey as noisy.png, got 10 x 10 pixels in grey\n",
      ],
    ];
    for (const [args, line] of refusals) {
      const { code, stdout, stderr } = await once(["denoise", ...args], { cwd });
      expect([args, code, stdout]).toEqual([args, 2, ""]);
      expect(stderr).toContain(line);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
    expect(readdirSync(cwd)).toEqual(before);
  });

  it.skipIf(process.platform === "win32")("writes over no picture that a link leads to", async () => {
    const cwd = await withPictures();
    symlinkSync("noisy.png", join(cwd, "link.png"));
    const before = readFileSync(join(cwd, "noisy.png"));
    expect(await once(["denoise", "noisy.png", "--out", "link.png"], { cwd })).toEqual({
      code: 2,
      stdout: "",
      stderr: "minimand: --out: expected another file than the picture, got link.png\n",
    });
    expect(readFileSync(join(cwd, "noisy.png"))).toEqual(before);
  });

  it("stopped by Ctrl-C leaves nothing", async () => {
    const cwd = temporaryFolder();
    await writePicture(join(cwd, "large.png"), speckled(scene(1600, 1200, 3), 0.3));
    const { child, ended } = start(
      ["denoise", "large.png", "--report", "page.html", "--out", "a/b/out.png"],
      { cwd },
    );
    child.stderr!.on("data", (text: string) => {
      if (text.includes("noise of level")) child.kill("SIGINT");
    });
    const { code, stdout, stderr } = await ended;
    expect([code, stdout, stderr]).toEqual([
      130,
      "",
      expect.stringContaining("interrupted; the same command begins anew"),
    ]);
    expect(readdirSync(cwd)).toEqual(["large.png"]);
  });

  it.skipIf(noStrace !== "")(`reaches for no other machine${noStrace}`, async () => {
    const cwd = await withPictures();
    const watched = watch([bin, "denoise", "noisy.png"], { cwd, traced: true });
    expect(watched).toMatchObject({ code: 0, left: [], network: [] });
  });
});

const encoded = async (raster: Raster): Promise<Uint8Array> => {
  const file = join(temporaryFolder(), "in.png");
  await writePicture(file, raster);
  return readFileSync(file);
};
