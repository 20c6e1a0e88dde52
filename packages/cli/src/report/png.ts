import { crc32, deflateSync } from "node:zlib";

/**
 * A picture as a PNG file: 8 bits of red, green and blue a pixel.
 *
 * @param rgb whole numbers from 0 to 255, three a pixel, row by row
 * @param width pixels a row
 * @example pngOf([255, 0, 0, 0, 0, 255], 2) // a red pixel beside a blue one
 */
export function pngOf(rgb: ArrayLike<number>, width: number): Buffer {
  const height = rgb.length / 3 / width;
  const rows = Buffer.alloc(height * (1 + 3 * width));
  // Each row begins with the number of its filter, here none.
  for (let y = 0; y < height; y++)
    for (let i = 0; i < 3 * width; i++) rows[y * (1 + 3 * width) + 1 + i] = rgb[y * 3 * width + i];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.of(137, 80, 78, 71, 13, 10, 26, 10);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
