/** Every way to damage a file by one changed bit or a lost end, each with its name. */
export function* damagesOf(bytes: Uint8Array): Generator<[name: string, damaged: Uint8Array]> {
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] ^= 1;
    yield [`byte ${at}`, changed];
    yield [`${at} bytes`, bytes.subarray(0, at)];
  }
}
