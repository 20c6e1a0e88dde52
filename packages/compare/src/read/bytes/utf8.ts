/** Returns how many bytes from the start are valid UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF). */
export function validUtf8(bytes: Uint8Array): number {
  // Four at a time where all are ASCII.
  const start = (4 - (bytes.byteOffset % 4)) % 4;
  const words =
    bytes.length < 8
      ? new Uint32Array(0)
      : new Uint32Array(bytes.buffer, bytes.byteOffset + start, Math.max(0, (bytes.length - start) >> 2));
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      if (i % 4 === start % 4) {
        let word = (i - start) >> 2;
        while (word < words.length && (words[word]! & 0x80808080) === 0) word++;
        i = Math.max(i, start + 4 * word);
      }
      continue;
    }
    const extra =
      lead >= 0xc2 && lead <= 0xdf
        ? 1
        : lead >= 0xe0 && lead <= 0xef
          ? 2
          : lead >= 0xf0 && lead <= 0xf4
            ? 3
            : 0;
    if (extra === 0) return i;
    // The second byte excludes overlong forms (E0, F0), surrogates (ED) and code points above U+10FFFF (F4).
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    const second = bytes[i + 1];
    if (second === undefined || second < low || second > high) return i;
    for (let k = 2; k <= extra; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return i;
    i += extra + 1;
  }
  return i;
}
