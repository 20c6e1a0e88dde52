/** The constants of FIPS 180-4: the first 32 bits of the fractional parts of the square or cube roots of the first primes. */
const primes = [2];
for (let n = 3; primes.length < 64; n += 2) if (primes.every((p) => n % p !== 0)) primes.push(n);
const firstBits = (root: (p: number) => number, count: number): Int32Array =>
  Int32Array.from(primes.slice(0, count), (p) => ((root(p) % 1) * 2 ** 32) | 0);
const start = firstBits(Math.sqrt, 8);
const roundConstants = firstBits(Math.cbrt, 64);

/**
 * SHA-256 in hexadecimal digits, at once and on any host: that of Web Crypto comes later, and only on secure pages.
 *
 * @param bytes only read
 */
export function sha256(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const last = new Uint8Array(128);
  // All blocks but the last one or two are read where they are.
  const whole = Math.floor(bytes.length / 64) * 64;
  last.set(bytes.subarray(whole));
  last[bytes.length - whole] = 0x80;
  const tail = new DataView(last.buffer, 0, length - whole);
  tail.setBigUint64(tail.byteLength - 8, BigInt(bytes.length) * 8n);
  const hash = start.slice();
  absorb(hash, new DataView(bytes.buffer, bytes.byteOffset, whole));
  absorb(hash, tail);
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const rotated = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

/** Works whole blocks of 64 bytes into the hash. */
function absorb(hash: Int32Array, blocks: DataView): void {
  const w = new Int32Array(64);
  for (let at = 0; at < blocks.byteLength; at += 64) {
    for (let t = 0; t < 16; t++) w[t] = blocks.getInt32(at + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15];
      const y = w[t - 2];
      w[t] =
        w[t - 16] +
        w[t - 7] +
        (rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)) +
        (rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10));
    }
    // The eight words a to h: each round moves them by one place, here the places go round.
    const s = hash.slice();
    for (let t = 0; t < 64; t++) {
      const a = s[-t & 7];
      const b = s[(1 - t) & 7];
      const c = s[(2 - t) & 7];
      const e = s[(4 - t) & 7];
      const f = s[(5 - t) & 7];
      const g = s[(6 - t) & 7];
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const first = (s[(7 - t) & 7] + s1 + ((e & f) ^ (~e & g)) + roundConstants[t] + w[t]) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      s[(3 - t) & 7] += first;
      s[(7 - t) & 7] = first + s0 + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (let i = 0; i < 8; i++) hash[i] += s[i];
  }
}
