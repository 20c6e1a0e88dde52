/**
 * The CRC-32 of bytes, by which accidental damage is noticed; no protection against anybody.
 *
 * The reversed polynomial 0xEDB88320 over all bits, as in gzip and PNG.
 *
 * @param bytes of any length
 * @returns an unsigned 32-bit number
 * @example
 * crc32(new TextEncoder().encode("123456789")) // 3421780262
 * @see ISO/IEC 3309; RFC 1952, section 8
 */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
