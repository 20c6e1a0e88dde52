import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { featEnhancer } from "@minimand/lab/vision";
import { encode } from "fast-png";
import { tensorsOf, writeSafetensors } from "minimand";
import { keyOf } from "minimand/engine";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, start, temporaryFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import { readPicture } from "../../pictures/read-picture.ts";
import type { EnhanceFile } from "./enhance-file.ts";

const once = oneProcess();

/** A dark picture: the right half brighter than the left, blue in the upper rows. */
function dark(width: number, height: number, strength = 60) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const level = (x < width / 2 ? 0.3 : 1) * strength * (0.7 + 0.3 * Math.sin(0.7 * x + 0.4 * y));
    return Math.round(y < height / 2 && i % 3 < 2 ? 0.4 * level : level);
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function withPictures(pictures: Record<string, Uint8Array | Promise<Uint8Array>>): Promise<string> {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, "photos"));
  for (const [name, bytes] of Object.entries(pictures)) writeFileSync(join(cwd, "photos", name), await bytes);
  return cwd;
}

const written = (cwd: string, out = "bright"): EnhanceFile =>
  JSON.parse(readFileSync(join(cwd, out, "results.json"), "utf8"));

const behindEnhancer = ["--method", "detector-view", "--model", "enhancer.safetensors", "--engine", "wasm"];

/** Writes a small FeatEnHancer, with other weights where they are given. */
async function writeEnhancer(cwd: string, weight?: number): Promise<void> {
  const options = { inChannels: 1, width: 2, groups: 2, heads: 1 };
  const tensors = await tensorsOf(featEnhancer(options).init(keyOf(1)).params);
  if (weight !== undefined) for (const { data } of Object.values(tensors)) data.fill(weight);
  const bytes = writeSafetensors(tensors, { featEnhancer: JSON.stringify(options) });
  writeFileSync(join(cwd, "enhancer.safetensors"), bytes);
}

describe.concurrent("minimand enhance", () => {
  it("brightens a folder under the same names, and shows it before and after", async () => {
    const cwd = await withPictures({
      "a.png": dark(40, 30).png().toBuffer(),
      "b.JPG": dark(30, 20, 40).jpeg().toBuffer(),
      "notes.txt": Buffer.from("none"),
    });
    const { code, stdout, stderr } = await once(["enhance", "photos", "--out", "bright"], { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^photos: 1 name left out: no picture .*\n.*enhance\.html shows them before and after\n$/,
      ),
    ]);
    expect(stdout).toMatch(/^picture +pixels +brightness before +brightness after +gamma\na\.png +40 x 30/);
    expect(everythingIn(join(cwd, "bright"))).toEqual(["a.png", "b.JPG", "enhance.html", "results.json"]);
    const { pictures, method, zeroDce } = written(cwd);
    expect([method, zeroDce, pictures.map(({ file }) => file)]).toEqual([
      "adaptive-gamma",
      null,
      ["a.png", "b.JPG"],
    ]);
    for (const { file, brightness, gamma } of pictures) {
      const [before, after] = [
        await readPicture(join(cwd, "photos", file)),
        await readPicture(join(cwd, "bright", file)),
      ];
      expect([after.width, after.height]).toEqual([before.width, before.height]);
      expect(brightness.after).toBeGreaterThan(2 * brightness.before);
      after.data.forEach((value, i) => {
        expect(Math.abs(value - before.data[i] ** gamma!)).toBeLessThan(file === "a.png" ? 0.003 : 0.1);
      });
    }
    const page = readFileSync(join(cwd, "bright", "enhance.html"), "utf8");
    expect(page.match(/<img /g)).toHaveLength(4);
    expect(page).toContain("2 pictures brightened by adaptive-gamma");
  });

  it("keeps hue, transparency, grey and 16 bits, and turns pictures upright", async () => {
    const deep = Uint16Array.from({ length: 24 * 16 * 3 }, (_, i) => 2000 + 17 * i);
    const cwd = await withPictures({
      "alpha.png": encode({
        width: 4,
        height: 1,
        channels: 4,
        depth: 8,
        data: Uint8Array.of(20, 10, 5, 255, 40, 20, 10, 128, 4, 2, 1, 0, 0, 0, 0, 255),
      }),
      "deep.png": encode({ width: 24, height: 16, channels: 3, depth: 16, data: deep }),
      "grey.jpg": dark(24, 16).grayscale().toColourspace("b-w").jpeg().toBuffer(),
      "turned.jpg": dark(24, 16).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      "one.png": encode({ width: 1, height: 1, channels: 3, depth: 8, data: Uint8Array.of(9, 9, 30) }),
      "cmyk.jpg": dark(24, 16).toColourspace("cmyk").jpeg().toBuffer(),
    });
    for (const method of ["equalize", "retinex"]) {
      const { code, stderr } = await minimand(
        ["enhance", "photos", "--method", method, "--out", method, "--quiet"],
        {
          cwd,
        },
      );
      expect([code, stderr], method).toEqual([0, ""]);
      const of = (name: string) => readPicture(join(cwd, method, name));
      const alpha = await of("alpha.png");
      expect(Array.from(alpha.alpha!, (value) => Math.round(value * 255))).toEqual([255, 128, 0, 255]);
      expect(await of("deep.png")).toMatchObject({ depth: 16, channels: 3, width: 24, height: 16 });
      expect(await of("grey.jpg")).toMatchObject({ channels: 1, width: 24, height: 16 });
      expect(await of("turned.jpg")).toMatchObject({ width: 16, height: 24 });
      expect(await of("one.png")).toMatchObject({ width: 1, height: 1 });
      expect(await of("cmyk.jpg")).toMatchObject({ channels: 3, width: 24 });
      // Red to green to blue as 4 to 2 to 1 before and after.
      const [red, green, blue] = alpha.data.subarray(3, 6);
      expect([red / green, green / blue]).toEqual([expect.closeTo(2, 1), expect.closeTo(2, 1)]);
    }
    const levels = new Set((await readPicture(join(cwd, "equalize", "deep.png"))).data);
    expect(levels.size).toBeGreaterThan(256);
  });

  it("fits zero-dce to the folder, and shows all methods", async () => {
    const cwd = await withPictures({
      "a.png": dark(90, 70).png().toBuffer(),
      "grey.png": dark(20, 10, 30).grayscale().toColourspace("b-w").png().toBuffer(),
    });
    const args = ["--method", "zero-dce", "--steps", "25", "--seed", "3", "--engine", "wasm", "--compare"];
    const { code, stderr } = await once(["enhance", "photos", "--out", "bright", ...args], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining("25 of 25 steps of fitting zero-dce")]);
    const { pictures, zeroDce } = written(cwd);
    expect(zeroDce).toMatchObject({ steps: 25, seed: 3 });
    for (const { brightness } of pictures) expect(brightness.after).toBeGreaterThan(1.2 * brightness.before);
    expect(await readPicture(join(cwd, "bright", "grey.png"))).toMatchObject({ channels: 1, width: 20 });
    const page = readFileSync(join(cwd, "bright", "enhance.html"), "utf8");
    // Before, and by five methods, of two pictures.
    expect(page.match(/<img /g)).toHaveLength(12);
  });

  it("shows what a detector sees behind an enhancer of the user's, in a small size", async () => {
    const cwd = await withPictures({ "a.png": dark(400, 200).png().toBuffer() });
    await writeEnhancer(cwd);
    const { code, stderr } = await once(["enhance", "photos", "--out", "bright", ...behindEnhancer], { cwd });
    expect([code, stderr]).toEqual([0, "bright/enhance.html shows them before and after\n"]);
    const seen = await readPicture(join(cwd, "bright", "a.png"));
    expect(seen).toMatchObject({ width: 256, height: 128, channels: 1 });
    expect([Math.min(...seen.data), Math.max(...seen.data)]).toEqual([0, 1]);
    expect(written(cwd).pictures[0]).toMatchObject({ width: 256, height: 128 });
  });

  it.skipIf(process.platform !== "linux")(
    "brightens a picture whose name is as long as can be, and leaves out one whose name is no UTF-8",
    async () => {
      const picture = await dark(4, 4).png().toBuffer();
      const long = `${"ä".repeat(125)}.png`;
      const cwd = await withPictures({ [long]: picture });
      writeFileSync(
        Buffer.concat([Buffer.from(join(cwd, "photos/")), Buffer.from("\xff.png", "latin1")]),
        picture,
      );
      const { code, stderr } = await once(["enhance", "photos", "--out", "bright"], { cwd });
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining("left out: photos/\ufffd.png: expected a name in UTF-8, got another one"),
      ]);
      expect(stderr).toContain("expected 2 that can be read and written, got 1 and not '\ufffd.png'");
      expect(everythingIn(join(cwd, "bright"))).toEqual(["enhance.html", "results.json", long]);
      expect(written(cwd).leftOut.map(({ file }) => file)).toEqual(["\ufffd.png"]);
    },
  );

  it.each([
    [
      "a weight that is NaN",
      Number.NaN,
      /^minimand: --model enhancer\.safetensors: .*tensor .*: expected finite numbers, got NaN\)\n$/,
    ],
    [
      "weights so large that its output is NaN",
      1e38,
      /^minimand: --model enhancer\.safetensors: expected an enhancer whose output is finite, got NaN\n$/,
    ],
  ])("refuses an enhancer with %s, and writes no picture", async (_, weight, message) => {
    const cwd = await withPictures({ "a.png": dark(40, 20).png().toBuffer() });
    await writeEnhancer(cwd, weight);
    const { code, stderr } = await once(["enhance", "photos", "--out", "bright", ...behindEnhancer], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(everythingIn(cwd)).not.toContain("bright");
  });

  it("leaves out what can't be read with a line each, does the others, and ends with 2", async () => {
    const whole = await dark(40, 30).jpeg().toBuffer();
    const cwd = await withPictures({
      "a.jpg": whole,
      "cut.jpg": whole.subarray(0, whole.length >> 1),
      "text.png": Buffer.from("text"),
      "seen-through.jpg": dark(4, 4).ensureAlpha(0.5).png().toBuffer(),
    });
    const { code, stderr, stdout } = await once(["enhance", "photos", "--out", "bright", "--json"], {
      cwd,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/left out: photos\/cut\.jpg: expected a whole JPEG picture, got a damaged one/);
    expect(stderr).toMatch(/left out: photos\/text\.png: expected a PNG, JPEG or WebP picture, got 4 bytes/);
    expect(stderr).toMatch(/left out: photos\/seen-through\.jpg: expected \.png or \.webp/);
    expect(stderr).toMatch(
      /\nminimand: pictures: expected 4 that can be read and written, got 1 and not 'cut\.jpg', 'seen-through\.jpg', 'text\.png'\n$/,
    );
    expect(everythingIn(join(cwd, "bright"))).toEqual(["a.jpg", "enhance.html", "results.json"]);
    expect((JSON.parse(stdout) as EnhanceFile).leftOut.map(({ file }) => file)).toEqual([
      "cut.jpg",
      "seen-through.jpg",
      "text.png",
    ]);
  });

  it("leaves out a picture whose name in the output folder is that of another folder", async () => {
    const picture = await dark(4, 4).png().toBuffer();
    const cwd = await withPictures({ "a.png": picture, "b.png": picture, "c.png": picture });
    const run = () => once(["enhance", "photos", "--out", "bright", "--method", "gamma"], { cwd });
    expect((await run()).code).toBe(0);
    rmSync(join(cwd, "bright", "b.png"));
    mkdirSync(join(cwd, "bright", "b.png"));
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`left out: ${join("bright", "b.png")}: is a folder, expected a file\n`),
    ]);
    expect(stderr).toMatch(/expected 3 that can be read and written, got 2 and not 'b\.png'\n$/);
    expect(written(cwd).pictures.map(({ file }) => file)).toEqual(["a.png", "c.png"]);
  });

  it.skipIf(process.platform === "win32")(
    "leaves out pipes and broken links of a folder, with a note",
    async () => {
      const cwd = await withPictures({ "a.png": dark(4, 4).png().toBuffer() });
      execFileSync("mkfifo", [join(cwd, "photos", "pipe.png")]);
      symlinkSync("gone.png", join(cwd, "photos", "broken.png"));
      symlinkSync("loop.png", join(cwd, "photos", "loop.png"));
      mkdirSync(join(cwd, "photos", "folder.png"));
      symlinkSync("a.png", join(cwd, "photos", "link.png"));
      expect(await once(["enhance", "photos/pipe.png", "--out", "bright"], { cwd })).toMatchObject({
        code: 2,
        stderr: "minimand: photos/pipe.png: expected a picture or a folder, got a pipe or a device\n",
      });
      const { code, stderr } = await once(["enhance", "photos", "--out", "bright", "--method", "gamma"], {
        cwd,
      });
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining("photos: 4 names left out: no file (a folder, a pipe or a broken link)\n"),
      ]);
      expect(everythingIn(join(cwd, "bright"))).toEqual([
        "a.png",
        "enhance.html",
        "link.png",
        "results.json",
      ]);
    },
  );

  it.each<[string, string[], RegExp]>([
    [
      "a folder without pictures",
      ["empty"],
      /^minimand: empty: expected pictures \(\.png, .*\), got an empty folder\n$/,
    ],
    ["a file that isn't there", ["none.jpg"], /^minimand: .*none\.jpg.*\n$/],
    ["nothing", [], /^minimand: missing required argument 'pictures'\n$/],
    [
      "the pictures' own folder",
      ["photos", "--out", "photos"],
      /^minimand: --out: expected another folder than that of photos/,
    ],
    [
      "two of a name",
      ["photos", "more"],
      /^minimand: more\/A\.PNG: expected names that differ, got that of photos\/a\.png again\n$/,
    ],
    [
      "a gamma of 0",
      ["photos", "--gamma", "0", "--method", "gamma"],
      /^minimand: --gamma: expected a number > 0, got 0\n$/,
    ],
    [
      "no steps",
      ["photos", "--steps", "0", "--compare"],
      /^minimand: --steps: expected an integer >= 1, got 0\n$/,
    ],
    [
      "a seed of more than 32 bits",
      ["photos", "--method", "zero-dce", "--seed", "4294967296"],
      /^minimand: .*expected a whole number from -2147483648 to 4294967295, got '4294967296'\n$/,
    ],
    ["a method that is none", ["photos", "--method", "equalise"], /^minimand: .*'equalise' is invalid/],
    [
      "a view without an enhancer",
      ["photos", "--method", "detector-view"],
      /^minimand: --model: expected a FeatEnHancer with --method detector-view, got none\n$/,
    ],
    [
      "an enhancer that nothing uses",
      ["photos", "--model", "photos/a.png"],
      /^minimand: --model: expected --method detector-view or --compare with it, got neither\n$/,
    ],
    [
      "a gamma that nothing uses",
      ["photos", "--gamma", "0.5"],
      /^minimand: --gamma: expected --method gamma or --compare with it, got neither\n$/,
    ],
    [
      "a seed that nothing uses",
      ["photos", "--method", "gamma", "--seed", "0"],
      /^minimand: --seed: expected --method zero-dce or --compare with it, got neither\n$/,
    ],
    [
      "an enhancer that is none",
      ["photos", "--method", "detector-view", "--model", "photos/a.png"],
      /^minimand: --model photos\/a\.png: expected a FeatEnHancer of 1 or 3 channels as safetensors \(docs\/enhance\.md\), got another file \([^\n]+\)\n$/,
    ],
    [
      "a single one that can't be read",
      ["broken/x.jpg"],
      /^minimand: broken\/x\.jpg: expected a PNG, JPEG or WebP picture, got 4 bytes of another kind\n$/,
    ],
    [
      "nothing that can be read",
      ["broken", "broken/y.txt"],
      /\nminimand: pictures: expected at least one that can be read and written, got none: broken\/x\.jpg: expected/,
    ],
  ])("refuses %s in one line, and writes nothing", async (_, args, message) => {
    const cwd = await withPictures({ "a.png": dark(4, 4).png().toBuffer() });
    for (const [folder, name] of [
      ["empty", null],
      ["more", "A.PNG"],
      ["broken", "x.jpg"],
    ] as const) {
      mkdirSync(join(cwd, folder));
      if (name !== null) writeFileSync(join(cwd, folder, name), "text");
    }
    writeFileSync(join(cwd, "broken", "y.txt"), "text");
    const before = everythingIn(cwd);
    const { code, stderr, stdout } = await once(["enhance", ...args], { cwd });
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
    expect(everythingIn(cwd)).toEqual(before);
  });

  it.skipIf(process.platform === "win32")("writes over no picture that a link leads to", async () => {
    const cwd = await withPictures({ "a.png": dark(4, 4).png().toBuffer() });
    mkdirSync(join(cwd, "bright"));
    symlinkSync("../photos/a.png", join(cwd, "bright", "a.png"));
    const before = readFileSync(join(cwd, "photos", "a.png"));
    expect(await once(["enhance", "photos", "--out", "bright"], { cwd })).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "minimand: --out: expected no links to the pictures, got bright/a.png, by which photos/a.png would be written over\n",
    });
    expect(readFileSync(join(cwd, "photos", "a.png"))).toEqual(before);
  });

  it("stops for Ctrl-C without a trace where nothing is written yet", async () => {
    const cwd = await withPictures({ "a.png": dark(90, 70).png().toBuffer() });
    const { child, ended } = start(
      ["enhance", "photos", "--method", "zero-dce", "--steps", "100000", "--engine", "wasm"],
      { cwd },
    );
    child.stderr!.on("data", (text: string) => text.includes("of fitting zero-dce") && child.kill("SIGINT"));
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([
      130,
      expect.stringContaining("interrupted; the same command begins anew"),
    ]);
    expect(everythingIn(cwd)).toEqual(["photos", "photos/a.png"]);
  });
});
