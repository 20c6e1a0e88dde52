/** Structs of one text: the columns of some hundred thousand column chunks. */
const mostStructs = 5_000_000;

/** Structs and lists within one another; Parquet has about six. */
const deepest = 32;

/** Bytes of a number of 64 bits. */
export const longest = 10;

/**
 * Finds the end of a struct in Thrift's compact protocol. It refuses structs that would take the parser more than linear time or memory:
 * numbers without an end, lists longer than the bytes that are left, millions of empty structs.
 *
 * @returns the offset behind the struct
 * @throws Error saying what is wrong
 */
export function endOfThrift(bytes: Uint8Array, from: number): number {
  let at = from;
  let structs = 0;
  const skip = (size: number): void => {
    at += size;
    if (at > bytes.length) throw new Error("thrift: a value goes beyond the end");
  };
  const byte = (): number => {
    skip(1);
    return bytes[at - 1]!;
  };
  const varint = (): number => {
    let value = 0;
    for (let k = 0; k < longest; k++) {
      const next = byte();
      value += (next & 0x7f) * 2 ** (7 * k);
      if (next < 0x80) return value;
    }
    throw new Error("thrift: a number has more than 64 bits");
  };
  const list = (depth: number): void => {
    const head = byte();
    const size = head >> 4 === 15 ? varint() : head >> 4;
    if (size > bytes.length - at) throw new Error("thrift: a list goes beyond the end");
    const type = head & 0x0f;
    for (let i = 0; i < size; i++) {
      if (type === 1 || type === 2) byte();
      else value(type, depth);
    }
  };
  const value = (type: number, depth: number): void => {
    if (depth > deepest) throw new Error(`thrift: more than ${deepest} levels`);
    if (type === 3) byte();
    else if (type >= 4 && type <= 6) varint();
    else if (type === 7) skip(8);
    else if (type === 8) skip(varint());
    else if (type === 9) list(depth + 1);
    else if (type === 12) struct(depth + 1);
    else if (type !== 1 && type !== 2) throw new Error(`thrift: unknown type ${type}`);
  };
  const struct = (depth: number): void => {
    if (++structs > mostStructs) throw new Error("thrift: too many structs");
    for (let head = byte(); (head & 0x0f) !== 0; head = byte()) {
      if (head >> 4 === 0) varint();
      value(head & 0x0f, depth);
    }
  };
  struct(0);
  return at;
}
