import type { Images } from "./reproduction.ts";

/**
 * Reads images and their labels from IDX files, the format of MNIST: a big-endian header, then unsigned bytes.
 *
 * @param images bytes of the file of images, unpacked: count x height x width
 * @param labels bytes of the file of labels, unpacked: count
 * @param name of the set, for messages: its files are `NAME-images.idx3.gz` and `NAME-labels.idx1.gz`
 * @returns views into the given bytes, nothing is copied
 * @throws RangeError for another format, a file that is cut off or too long, or a label count unlike the image count
 *
 * @example
 * const { pixels, labels, count } = readIdx(unpackedImages, unpackedLabels, "mnist-test");
 */
export function readIdx(images: Uint8Array, labels: Uint8Array, name: string): Images {
  const pictures = contentOf(images, 3, `${name}-images.idx3.gz`);
  const classes = contentOf(labels, 1, `${name}-labels.idx1.gz`);
  const [count, height, width] = pictures.sizes;
  if (classes.sizes[0] !== count)
    throw new RangeError(`${name}-labels.idx1.gz: expected ${count}, one an image, got ${classes.sizes[0]}`);
  return { pixels: pictures.content, labels: classes.content, count, height, width };
}

/** Sizes and content of an IDX file of bytes with a given number of dimensions. */
function contentOf(
  bytes: Uint8Array,
  dimensions: number,
  what: string,
): { sizes: number[]; content: Uint8Array } {
  const start = 4 + 4 * dimensions;
  if (bytes.length < start)
    throw new RangeError(`${what}: expected an IDX header of ${start} bytes, got ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Two zero bytes, the type (8 is unsigned byte), the number of dimensions.
  const magic = 0x0800 + dimensions;
  if (view.getUint32(0) !== magic)
    throw new RangeError(`${what}: expected the IDX magic number ${magic}, got ${view.getUint32(0)}`);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = start + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected)
    throw new RangeError(
      `${what}: expected ${expected} bytes for ${sizes.join(" x ")}, got ${bytes.length} bytes`,
    );
  return { sizes, content: bytes.subarray(start) };
}
