import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode, encode } from "fast-png";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import type { Raster } from "./raster.ts";
import { decodePicture, readPicture } from "./read-picture.ts";
import { encodePicture, writePicture } from "./write-picture.ts";

const folder = temporaryFolder();

/** Red, green, blue in the upper row, black, grey, white in the lower one. */
const six = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 128, 128, 128, 255, 255, 255];
const colours = (): Sharp => sharp(Uint8Array.from(six), { raw: { width: 3, height: 2, channels: 3 } });
/** The same with pixels of 16, so that JPEG keeps them apart. */
const large = (): Sharp =>
  sharp(
    Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 48, Math.floor(i / 144)];
      return six[(Math.floor(y / 16) * 3 + Math.floor(x / 16)) * 3 + (i % 3)];
    }),
    { raw: { width: 48, height: 32, channels: 3 } },
  );
const levels = (raster: Raster, most = 255): number[] => Array.from(raster.data, (value) => value * most);
/** The colour in the middle of a block of 16. */
const middle = ({ data, width, channels }: Raster, x: number, y: number): number[] => {
  const at = ((16 * y + 8) * width + 16 * x + 8) * channels;
  return Array.from(data.subarray(at, at + channels), (value) => Math.round(value * 255));
};
const nearly = (wanted: readonly number[], within: number): unknown[] =>
  wanted.map((value) => ({ asymmetricMatch: (got: number) => Math.abs(got - value) <= within }));

describe("readPicture", () => {
  it("reads numbers from 0 to 1, rows from the top", async () => {
    const raster = await decodePicture(await colours().png().toBuffer(), "x");
    expect(raster).toMatchObject({ width: 3, height: 2, channels: 3, alpha: null, depth: 8 });
    expect(levels(raster)).toEqual(six.map((value) => expect.closeTo(value, 3)));
  });

  it("turns a picture as its EXIF orientation says", async () => {
    const blocks = (raster: Raster): number[][] =>
      Array.from({ length: (raster.width * raster.height) / 256 }, (_, i) =>
        middle(raster, i % (raster.width / 16), Math.floor(i / (raster.width / 16))),
      );
    const upright = blocks(await decodePicture(await large().jpeg().toBuffer(), "x"));
    // What EXIF's eight orientations do to six blocks, three beside each other.
    const orders: Record<number, number[]> = {
      1: [0, 1, 2, 3, 4, 5],
      2: [2, 1, 0, 5, 4, 3],
      3: [5, 4, 3, 2, 1, 0],
      4: [3, 4, 5, 0, 1, 2],
      5: [0, 3, 1, 4, 2, 5],
      6: [3, 0, 4, 1, 5, 2],
      7: [5, 2, 4, 1, 3, 0],
      8: [2, 5, 1, 4, 0, 3],
    };
    for (const [orientation, order] of Object.entries(orders)) {
      const file = await large()
        .withMetadata({ orientation: Number(orientation) })
        .jpeg()
        .toBuffer();
      const turned = await decodePicture(file, "x");
      expect([turned.width, turned.height]).toEqual(Number(orientation) > 4 ? [32, 48] : [48, 32]);
      expect(blocks(turned), `orientation ${orientation}`).toEqual(order.map((i) => nearly(upright[i], 12)));
    }
  });

  it("keeps grey, transparency and all 16 bits", async () => {
    const grey = encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(7, 250) });
    expect(await decodePicture(grey, "x")).toMatchObject({ channels: 1, alpha: null, depth: 8 });
    const deep = Uint16Array.of(1, 256, 65535, 40000, 40001, 0);
    const rgb16 = await decodePicture(
      encode({ width: 2, height: 1, channels: 3, depth: 16, data: deep }),
      "x",
    );
    expect(rgb16.depth).toBe(16);
    expect(levels(rgb16, 65535)).toEqual(Array.from(deep, (value) => expect.closeTo(value, 2)));
    const grey16 = await decodePicture(
      encode({ width: 2, height: 1, channels: 2, depth: 16, data: Uint16Array.of(300, 65535, 301, 1000) }),
      "x",
    );
    expect(grey16).toMatchObject({ channels: 1, depth: 16 });
    expect(levels(grey16, 65535)).toEqual([expect.closeTo(300, 2), expect.closeTo(301, 2)]);
    expect(grey16.alpha![1] * 65535).toBeCloseTo(1000, 2);
  });

  it("takes transparency that is nowhere for none", async () => {
    const file = await colours().ensureAlpha().png().toBuffer();
    expect((await decodePicture(file, "x")).alpha).toBeNull();
  });

  it("takes a palette, bits and a transparent colour for what they mean", async () => {
    const palette = await colours().png({ palette: true, colours: 8 }).toBuffer();
    expect(levels(await decodePicture(palette, "x"))).toEqual(nearly(six, 8));
    const bits = encode({ width: 8, height: 1, channels: 1, depth: 1, data: Uint8Array.of(0b10110001) });
    expect(levels(await decodePicture(bits, "x"))).toEqual([1, 0, 1, 1, 0, 0, 0, 1].map((bit) => 255 * bit));
  });

  it("brings CMYK to sRGB", async () => {
    const file = await large().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(file).metadata()).space).toBe("cmyk");
    const raster = await decodePicture(file, "x");
    expect(raster).toMatchObject({ width: 48, height: 32, channels: 3, alpha: null });
    const [red, , , black, , white] = [0, 1, 2, 3, 4, 5].map((i) => middle(raster, i % 3, Math.floor(i / 3)));
    expect(red[0]).toBeGreaterThan(Math.max(red[1], red[2]) + 80);
    expect(Math.max(...black)).toBeLessThan(70);
    expect(white).toEqual(nearly([255, 255, 255], 6));
  });

  it("brings a picture with a profile to sRGB", async () => {
    const file = await large().withIccProfile("p3").png().toBuffer();
    const stored = decode(file).data.slice(8 * 48 * 3 + 24, 8 * 48 * 3 + 27);
    expect(Array.from(stored)).not.toEqual([255, 0, 0]);
    expect(middle(await decodePicture(file, "x"), 0, 0)).toEqual(nearly([255, 0, 0], 3));
  });

  it("reads one pixel", async () => {
    for (const kind of ["png", "jpeg", "webp"] as const) {
      const pixel = sharp(Uint8Array.of(9, 99, 199), { raw: { width: 1, height: 1, channels: 3 } });
      const raster = await decodePicture(await pixel.toFormat(kind).toBuffer(), "x");
      expect([raster.width, raster.height], kind).toEqual([1, 1]);
      expect(levels(raster)).toEqual(nearly([9, 99, 199], 6));
    }
  });

  it("refuses files that are cut off or damaged, in one line with the name", async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
    for (const kind of ["png", "jpeg", "webp"] as const) {
      const image = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
      const whole = await image.toFormat(kind).toBuffer();
      for (const length of [16, 40, Math.floor(whole.length / 2), whole.length - 40]) {
        const file = join(folder, `cut-${length}.${kind}`);
        writeFileSync(file, whole.subarray(0, length));
        await expect(readPicture(file), `${kind}, ${length} bytes`).rejects.toThrow(
          new RegExp(
            `^\\S+cut-${length}\\.${kind}: expected a whole ${kind.toUpperCase()} picture, got a damaged one \\([^\\n]+\\)$`,
          ),
        );
      }
    }
    const turned = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    turned[turned.length >> 1] ^= 0xff;
    await expect(decodePicture(turned, "turned.png")).rejects.toThrow(/^turned\.png: expected a whole PNG/);
  });

  it("refuses what is no picture, or one that its decoder could read but which isn't asked for", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>';
    for (const content of ["", "text", "a,b\n1,2\n", svg, "GIF89a"]) {
      const file = join(folder, "file.png");
      writeFileSync(file, content);
      await expect(readPicture(file)).rejects.toThrow(
        `file.png: expected a PNG, JPEG or WebP picture, got ${content.length} bytes of another kind`,
      );
    }
    await expect(readPicture(folder)).rejects.toThrow("is a folder, expected a file");
    await expect(readPicture(join(folder, "none.png"))).rejects.toThrow("ENOENT");
  });

  it("refuses more pixels than memory is for before it decodes any", async () => {
    const file = Buffer.from(await colours().png().toBuffer());
    file.writeUInt32BE(60_000, 16);
    file.writeUInt32BE(50_000, 20);
    // The header has a check sum of its own.
    const { crc32 } = await import("node:zlib");
    file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
    await expect(decodePicture(file, "bomb.png")).rejects.toThrow(
      "bomb.png: expected at most 67 million pixels, got 60000 x 50000",
    );
  });

  it("refuses a picture that moves", async () => {
    const frames = sharp(Uint8Array.from([...six, ...six.toReversed()]), {
      raw: { width: 3, height: 4, channels: 3, pageHeight: 2 },
    });
    await expect(decodePicture(await frames.webp().toBuffer(), "moves.webp")).rejects.toThrow(
      "moves.webp: expected a picture without animation, got 2 of them",
    );
  });
});

describe("writePicture", () => {
  const raster = (channels: 1 | 3, depth: 8 | 16, alpha: boolean): Raster => ({
    width: 5,
    height: 3,
    channels,
    depth,
    data: Float32Array.from({ length: 15 * channels }, (_, i) => ((i * 37) % 64) / 63),
    alpha: alpha ? Float32Array.from({ length: 15 }, (_, i) => i / 15) : null,
  });

  it("writes PNG that is read again as it was, and that another decoder reads alike", async () => {
    for (const channels of [1, 3] as const)
      for (const depth of [8, 16] as const)
        for (const alpha of [false, true]) {
          const picture = raster(channels, depth, alpha);
          const bytes = await encodePicture(picture, "png");
          const most = 2 ** depth - 1;
          const again = await decodePicture(bytes, "x");
          const rounded = (values: Float32Array): Float32Array =>
            values.map((value) => Math.round(value * most) / most);
          expect(again).toEqual({
            ...picture,
            data: rounded(picture.data),
            alpha: picture.alpha && rounded(picture.alpha),
          });
          const other = decode(bytes);
          expect(other).toMatchObject({ depth, channels: channels + Number(alpha), width: 5, height: 3 });
          expect(other.data[other.channels]).toBe(Math.round(picture.data[channels] * most));
        }
  });

  it("cuts numbers to 0 and 1", async () => {
    const data = Float32Array.of(-3, 1.5);
    const bytes = await encodePicture(
      { width: 2, height: 1, channels: 1, data, alpha: null, depth: 8 },
      "png",
    );
    expect(Array.from(decode(bytes).data)).toEqual([0, 255]);
  });

  it("writes as the name says, whole", async () => {
    const out = temporaryFolder();
    for (const [name, magic] of [
      ["a.png", "\x89PNG"],
      ["b.JPG", "\xff\xd8\xff"],
      ["c.jpeg", "\xff\xd8\xff"],
      ["d.webp", "RIFF"],
    ]) {
      await writePicture(join(out, name), raster(3, 8, false));
      expect(readFileSync(join(out, name)).subarray(0, magic.length).toString("latin1")).toBe(magic);
    }
    expect(readdirSync(out).sort()).toEqual(["a.png", "b.JPG", "c.jpeg", "d.webp"]);
    await expect(writePicture(join(out, "e.gif"), raster(3, 8, false))).rejects.toThrow(
      "e.gif: expected a name that ends with .png, .jpg, .jpeg, .webp",
    );
    await expect(writePicture(join(out, "f.jpg"), raster(3, 8, true))).rejects.toThrow(
      "f.jpg: expected .png or .webp for a picture that one sees through, got a JPEG",
    );
    expect(readdirSync(out)).toHaveLength(4);
  });

  it.each([
    ["jpg", 65_500],
    ["webp", 16_383],
  ])("writes as %s up to %i pixels on a side", async (ending, most) => {
    const long = (width: number): Raster => ({
      width,
      height: 1,
      channels: 1,
      alpha: null,
      depth: 8,
      data: new Float32Array(width),
    });
    const path = join(temporaryFolder(), `long.${ending}`);
    await writePicture(path, long(most));
    expect((await readPicture(path)).width).toBe(most);
    await expect(writePicture(path, long(most + 1))).rejects.toThrow(
      `expected .png for a picture of more than ${most} pixels on a side, got ${most + 1} x 1`,
    );
  });
});

describe("sharp", () => {
  /** Node with sharp's library out of reach. */
  const without = (code: string): string =>
    execFileSync(
      process.execPath,
      [
        "--conditions=minimand-source",
        "--import",
        new URL("../../../../test/support/no-sharp.mjs", import.meta.url).href,
        "--input-type=module",
        "--eval",
        code,
      ],
      { encoding: "utf8", cwd: import.meta.dirname },
    );

  it("is asked for where it is missing", () => {
    const said = without(
      'import { decodePicture } from "./read-picture.ts"; await decodePicture(Uint8Array.from([0xff, 0xd8, 0xff]), "a.jpg").catch((e) => console.log(e.name, e.message));',
    );
    expect(said).toMatch(
      /^UsageError pictures need the package sharp with its library for \S+, got none \(.+\); npm install --include=optional sharp adds it\n$/,
    );
  });

  it("isn't loaded before a command reads pictures", () => {
    const commands = ["compare", "denoise", "enhance", "pretrain"].map(
      (name) => `import "../commands/${name}/run.ts";`,
    );
    expect(without(`${commands.join(" ")} console.log("fine")`)).toBe("fine\n");
  });
});
