/** What takes the lines of a text without quotes. */
export interface LineSink {
  /** A line with the right number of cells: cell `j` is `bytes[bounds[2j] .. bounds[2j + 1]]`, without spaces around it. */
  row(bytes: Uint8Array, bounds: Int32Array, line: number): void;
  /** Any other line. */
  other(bytes: Uint8Array, from: number, to: number, line: number): void;
}

/**
 * Cuts lines of UTF-8 that hold no quote at a delimiter of one byte, where no quoting applies and nothing has to become a string. It does
 * what the parser does with them, without its garbage.
 *
 * @param from begins a line; `to` ends one, or the text
 * @returns the line after the last
 */
export function cutBytes(
  bytes: Uint8Array,
  from: number,
  to: number,
  line: number,
  delimiter: number,
  width: number,
  sink: LineSink,
): number {
  const bounds = new Int32Array(2 * width);
  const marks = new Uint8Array(256);
  marks[delimiter] = 1;
  marks[10] = 2;
  marks[13] = 2;
  let at = from;
  let number = line;
  /** Where the run of \r ends that was looked at last. */
  let returns = from;
  while (at < to) {
    const start = at;
    let count = 0;
    let cell = at;
    while (true) {
      while (at < to && marks[bytes[at]!] === 0) at++;
      if (count < width) {
        const [first, last] = [bytes[cell]!, bytes[at - 1]!];
        // Nearly all cells have nothing to trim.
        if (at > cell && first > 32 && first < 128 && last > 32 && last < 128) {
          bounds[2 * count] = cell;
          bounds[2 * count + 1] = at;
        } else trim(bytes, cell, at, bounds, count);
      }
      count++;
      if (at >= to || marks[bytes[at]!] === 2) break;
      cell = ++at;
    }
    // A blank line is no record, though in a file of one column it may be an empty cell.
    const blank = count === 1 && isBlank(bytes, cell, at);
    if (count === width && !blank) sink.row(bytes, bounds, number);
    else sink.other(bytes, start, at, number);
    // Any number of \r in front of \n is one line end with it.
    if (at >= returns) {
      returns = at;
      while (bytes[returns] === 13) returns++;
    }
    if (bytes[returns] === 10 && returns < to) at = returns;
    at++;
    number++;
  }
  return number;
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  const bounds = new Int32Array(2);
  trim(bytes, from, to, bounds, 0);
  return bounds[0] === bounds[1];
}

/** Writes where a cell begins and ends without the characters that `String.prototype.trim` takes away. */
function trim(bytes: Uint8Array, from: number, to: number, bounds: Int32Array, cell: number): void {
  let start = from;
  let end = to;
  while (start < end) {
    const size = whiteAt(bytes, start, end);
    if (size === 0) break;
    start += size;
  }
  while (end > start) {
    const byte = bytes[end - 1]!;
    if (byte === 32 || (byte >= 9 && byte <= 13)) end--;
    else if (byte < 0x80) break;
    else if (bytes[end - 2] === 0xc2 && end - 2 >= start && whiteAt(bytes, end - 2, end) === 2) end -= 2;
    else if (end - 3 >= start && whiteAt(bytes, end - 3, end) === 3) end -= 3;
    else break;
  }
  bounds[2 * cell] = start;
  bounds[2 * cell + 1] = end;
}

/** How many bytes a white character takes that begins here; 0 where none does. */
function whiteAt(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]!;
  if (byte <= 32) return byte === 32 || (byte >= 9 && byte <= 13) ? 1 : 0;
  if (byte === 0xc2) return bytes[at + 1] === 0xa0 && at + 1 < end ? 2 : 0;
  if (byte < 0xe1 || at + 2 >= end) return 0;
  const code = (byte << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  const white =
    code === 0xe19a80 ||
    (code >= 0xe28080 && code <= 0xe2808a) ||
    code === 0xe280a8 ||
    code === 0xe280a9 ||
    code === 0xe280af ||
    code === 0xe2819f ||
    code === 0xe38080 ||
    code === 0xefbbbf;
  return white ? 3 : 0;
}
