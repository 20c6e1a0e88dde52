import type { ColumnMetaData, FileMetaData, SchemaElement } from "hyparquet";
import { parquetMetadata } from "hyparquet";
import { ByteWriter, parquetWriteBuffer } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { describe, expect, it } from "vitest";
import { cellsOf, refusal } from "../../../../../test/support/tables.ts";
import { readTable } from "../read-table.ts";

const column = { name: "x", data: Array.from({ length: 100 }, (_, i) => i), type: "INT32" } as const;
const hundred = new Uint8Array(parquetWriteBuffer({ columnData: [column, { ...column, name: "y" }] }));

function withFooter(pages: Uint8Array, metadata: FileMetaData): Uint8Array {
  const writer = new ByteWriter();
  for (const byte of pages) writer.appendUint8(byte);
  writeMetadata(writer, metadata);
  writer.appendUint32(0x31524150);
  return new Uint8Array(writer.getBytes());
}

/** The file of a hundred rows, whose metadata say something else. */
function lying(change: (metadata: FileMetaData, columns: ColumnMetaData[]) => void): Uint8Array {
  const metadata = parquetMetadata(hundred);
  change(
    metadata,
    metadata.row_groups[0]!.columns.map((one) => one.meta_data!),
  );
  return withFooter(hundred.subarray(0, hundred.length - 8 - metadata.metadata_length), metadata);
}

const plain = {
  PLAIN: 0,
  PLAIN_DICTIONARY: 2,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  BYTE_STREAM_SPLIT: 9,
} as const;

/** A file of one column with one page. */
function ofPage(
  element: Partial<SchemaElement>,
  rows: number,
  encoding: keyof typeof plain,
  page: readonly number[],
): Uint8Array {
  const pages = new ByteWriter();
  pages.appendUint32(0x31524150);
  const head = { field_1: rows, field_2: plain[encoding], field_3: 3, field_4: 3 };
  const header = { field_1: 0, field_2: page.length, field_3: page.length, field_5: head };
  serializeTCompactProtocol(pages, header);
  for (const byte of page) pages.appendUint8(byte);
  const size = BigInt(pages.getBytes().length - 4);
  const leaf = { name: "x", type: "INT32", repetition_type: "REQUIRED", ...element } as const;
  const meta_data = {
    type: leaf.type,
    encodings: [encoding],
    path_in_schema: ["x"],
    codec: "UNCOMPRESSED",
    num_values: BigInt(rows),
    total_uncompressed_size: size,
    total_compressed_size: size,
    data_page_offset: 4n,
  } as ColumnMetaData;
  return withFooter(pages.getBytes(), {
    version: 2,
    num_rows: BigInt(rows),
    metadata_length: 0,
    schema: [{ name: "root", num_children: 1 }, leaf],
    row_groups: [
      { columns: [{ file_offset: 4n, meta_data }], total_byte_size: size, num_rows: BigInt(rows) },
    ],
  });
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const sized = (bytes: number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];

const files: [what: string, file: Uint8Array, message: string][] = [
  [
    "two thousand million rows, in its head alone",
    lying((metadata) => {
      metadata.num_rows = 2_000_000_000n;
    }),
    "2000000000 rows, in row groups of 100",
  ],
  [
    "fifty rows, and holds a hundred",
    lying((metadata, columns) => {
      metadata.num_rows = 50n;
      metadata.row_groups[0]!.num_rows = 50n;
      for (const one of columns) one.num_values = 50n;
    }),
    "pages of 100 values, expected 50",
  ],
  [
    "other numbers of values than of rows",
    lying((_, [x]) => {
      x!.num_values = 99n;
    }),
    "a column of 99 values in a row group of 100 rows",
  ],
  [
    "another type of a column than its schema",
    lying((_, [x]) => {
      x!.type = "INT64";
    }),
    "a column of INT64 where the schema has INT32",
  ],
  [
    "a column less than its schema",
    lying(({ row_groups: [group] }) => {
      group!.columns.pop();
    }),
    "a row group of 1 columns where the schema has 2",
  ],
  [
    "a column beyond its end",
    lying((_, [x]) => {
      x!.total_compressed_size = 1_000_000n;
    }),
    "a column beyond the end of the file",
  ],
  [
    "the same bytes for many columns",
    lying((metadata) => {
      const [group] = metadata.row_groups;
      metadata.row_groups = Array(50).fill(group);
      metadata.num_rows = 5000n;
    }),
    "columns that overlap",
  ],
  [
    "the same bytes for many columns, and less than none for a group without rows",
    lying((metadata, [x]) => {
      const [group] = metadata.row_groups;
      const empty = { ...x!, num_values: 0n, total_compressed_size: -1_000_000n };
      metadata.row_groups = [...Array(50).fill(group)];
      metadata.num_rows = 5000n;
      metadata.row_groups.push({
        ...group!,
        num_rows: 0n,
        columns: group!.columns.map((one) => ({
          ...one,
          meta_data: { ...empty, path_in_schema: one.meta_data!.path_in_schema },
        })),
      });
    }),
    "columns that overlap",
  ],
  [
    "a UUID of more than 16 bytes",
    ofPage({ type: "BYTE_ARRAY", logical_type: { type: "UUID" } }, 1, "PLAIN", [
      17,
      0,
      0,
      0,
      ...Array<number>(17).fill(1),
    ]),
    "a UUID of 17 bytes",
  ],
  [
    "a run of a thousand million missing values",
    ofPage({ repetition_type: "OPTIONAL" }, 10, "PLAIN", sized([...varint(2 ** 31 - 2), 0])),
    "a run of 1073741823 among 10 values",
  ],
  [
    "packed values that never end",
    ofPage({ repetition_type: "OPTIONAL" }, 10, "PLAIN", sized([...varint(2 ** 32 - 1), 0])),
    "a run of 17179869176 among 10 values",
  ],
  [
    "differences in blocks of less than nothing",
    ofPage({}, 2 ** 20, "DELTA_BINARY_PACKED", [
      ...varint(128),
      ...varint(2 ** 32 - 1),
      4,
      0,
      ...Array(40).fill(0),
    ]),
    "blocks of 128 numbers in -1 parts",
  ],
  [
    "texts that grow by one letter each",
    // 1, 2, 3 ... letters of the one before, and one more.
    ofPage({ type: "BYTE_ARRAY", converted_type: "UTF8" }, 200_000, "DELTA_BYTE_ARRAY", [
      ...[...varint(2 ** 18), 1, ...varint(200_000), 0, 2, 0],
      ...[...varint(2 ** 18), 1, ...varint(200_000), 2, 0, 0],
      ...Array<number>(200_000).fill(97),
    ]),
    "expected at most 2.0 GB after unpacking, so that the memory suffices, got more",
  ],
  [
    "twenty million empty texts in twenty bytes",
    ofPage({ type: "BYTE_ARRAY", converted_type: "UTF8" }, 20_000_000, "DELTA_LENGTH_BYTE_ARRAY", [
      ...[...varint(2 ** 24), 1, ...varint(20_000_000), 0, 0, 0, 0, 0],
    ]),
    "expected at most 2.0 GB after unpacking, so that the memory suffices, got more",
  ],
  [
    "thirty million dates in twenty bytes",
    ofPage({ type: "INT64", converted_type: "TIMESTAMP_MILLIS" }, 30_000_000, "DELTA_BINARY_PACKED", [
      ...[...varint(2 ** 24), 1, ...varint(30_000_000), 0, 0, 0, 0, 0],
    ]),
    "expected at most 2.0 GB after unpacking, so that the memory suffices, got more",
  ],
  [
    "a decimal number of a million digits",
    ofPage({ type: "BYTE_ARRAY", converted_type: "DECIMAL", precision: 9 }, 1, "PLAIN", [
      ...[0x40, 0x42, 0x0f, 0],
      ...Array<number>(1_000_000).fill(1),
    ]),
    "a decimal number of 1000000 bytes",
  ],
  [
    "a first number without an end",
    ofPage({ type: "INT64" }, 40, "DELTA_BINARY_PACKED", [
      ...[...varint(128), 4, ...varint(40)],
      ...Array<number>(300_000).fill(255),
    ]),
    "a number of more than 64 bits",
  ],
  [
    "a difference without an end, behind a block",
    ofPage({ type: "INT64" }, 200, "DELTA_BINARY_PACKED", [
      ...[
        ...varint(128),
        4,
        ...varint(200),
        0,
        0,
        1,
        0,
        63,
        64,
        ...Array<number>(4 + 4 * 63 + 4 * 64).fill(1),
      ],
      ...Array<number>(300_000).fill(255),
    ]),
    "a number of more than 64 bits",
  ],
  [
    "differences of 255 bits",
    ofPage({ type: "INT64" }, 40, "DELTA_BINARY_PACKED", [
      ...[...varint(128), 4, ...varint(40), 0, 0, 255, 0, 0, 0, ...Array<number>(2000).fill(1)],
    ]),
    "differences of 255 bits",
  ],
  [
    "decimal numbers of 20,000 bytes, split",
    ofPage(
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 20_000, converted_type: "DECIMAL", precision: 9 },
      ...([2, "BYTE_STREAM_SPLIT", Array<number>(40_000).fill(1)] as const),
    ),
    "a decimal number of 20000 bytes",
  ],
  [
    "a thousand million bytes a value, split",
    ofPage(
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 2 ** 30, converted_type: "UTF8" },
      ...([4, "BYTE_STREAM_SPLIT", Array<number>(1000).fill(1)] as const),
    ),
    "4 values of 1073741824 bytes, which are more than the page has",
  ],
  [
    "numbers of entries of a dictionary that it hasn't",
    ofPage({}, 10, "PLAIN_DICTIONARY", [1, ...varint(20), 0]),
    "a page without its dictionary",
  ],
];

describe("readParquet", () => {
  it.each(files)("refuses a file that says %s", { timeout: 20_000 }, async (_, file, message) => {
    expect(await refusal(file, "a.parquet")).toContain(message);
  });

  it("refuses more cells than the memory suffices for, whatever the file says", async () => {
    const rows = 300_000_000;
    const file = ofPage({ repetition_type: "OPTIONAL" }, rows, "PLAIN", sized([...varint(2 * rows), 0]));
    expect(await refusal(file, "a.parquet")).toBe(
      `DataError: a.parquet: expected cells of at most 2.0 GB, so that the memory suffices, got ${rows} cells (rows times columns)`,
    );
  });

  it.each([
    ["JSON", { text: "x".repeat(100_000) }],
    ["STRING", "x".repeat(100_000)],
  ] as const)(
    "refuses %s that many rows share and that is long for each",
    { timeout: 20_000 },
    async (type, shared) => {
      const columnData = [{ name: "x", data: Array(2000).fill(shared), type }];
      const file = new Uint8Array(parquetWriteBuffer({ columnData }));
      expect(file.length).toBeLessThan(1_000_000);
      await expect(
        readTable(file, { name: "a.parquet", nested: "json", maxBytes: 100_000_000 }),
      ).rejects.toThrow(
        "a.parquet: expected at most 100 MB after unpacking, so that the memory suffices, got more",
      );
    },
  );

  it("refuses JSON whose values need more than the memory, and does not parse what it leaves out", async () => {
    const json = (text: string) =>
      ofPage({ type: "BYTE_ARRAY", converted_type: "JSON" }, 1, "PLAIN", [
        ...new Uint8Array(Uint32Array.of(text.length).buffer),
        ...Buffer.from(text),
      ]);
    const large = json(`[${Array(100_000).fill("{}").join()}]`);
    await expect(
      readTable(large, { name: "a.parquet", nested: "json", maxBytes: 4_000_000 }),
    ).rejects.toThrow("after unpacking, so that the memory suffices, got more");
    expect(await refusal(json("{"), "a.parquet")).toContain("expected columns of numbers or texts, got none");
  });

  it("refuses a number without an end in the metadata", { timeout: 20_000 }, async () => {
    // Field 3 is the number of rows.
    const endless = [0x36, ...Array<number>(2_000_000).fill(0xff), 0, 0];
    const size = new Uint8Array(Uint32Array.of(endless.length).buffer);
    const file = Uint8Array.from([80, 65, 82, 49, ...endless, ...size, 80, 65, 82, 49]);
    expect(await refusal(file, "a.parquet")).toContain("a number has more than 64 bits");
  });

  it("reads pages that are made by hand", async () => {
    const levels = sized([...varint(2 * 6), 1, ...varint(2 * 4), 0]);
    const values = [...new Uint8Array(Int32Array.from([3, 1, 4, 1, 5, 9]).buffer)];
    const file = ofPage({ repetition_type: "OPTIONAL" }, 10, "PLAIN", [...levels, ...values]);
    expect(cellsOf(await readTable(file, { name: "a.parquet" }))).toEqual({
      x: [3, 1, 4, 1, 5, 9, null, null, null, null],
    });
  });

  it("takes the time of its columns, not of their square", { timeout: 60_000 }, async () => {
    const wide = parquetWriteBuffer({
      columnData: Array.from({ length: 30_000 }, (_, i) => ({
        name: `c${i}`,
        data: [i, i + 1],
        type: "INT32",
      })),
    });
    expect((await readTable(new Uint8Array(wide), { name: "a.parquet" })).columns).toHaveLength(30_000);
  });
});
