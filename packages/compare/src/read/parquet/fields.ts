import type { ColumnMetaData, FileMetaData, SchemaElement } from "hyparquet";

/** A column of values, of which a field has one or, if it holds lists or structs, several. */
export interface Leaf {
  element: SchemaElement;
  path: string[];
  repetition: number;
  definition: number;
}

/** A column of the table, with the metadata of a file that has no other. */
export interface Field {
  name: string;
  /** It holds lists or structs. */
  nested: boolean;
  /** Its values refer to one another, so that a few bytes may hold any number of them. */
  variant: boolean;
  leaves: Leaf[];
  metadata: FileMetaData;
}

/** Fields within one another. */
const deepest = 32;

/**
 * Returns the fields of a Parquet file, each with the metadata that it is read by.
 *
 * Checks all that the metadata say of sizes and counts: row groups add up to the rows, each has a chunk for each column with a value for
 * each row, and all chunks together are within the file.
 *
 * @param size bytes of the file
 * @throws Error saying what does not add up
 */
export function fieldsOf(metadata: FileMetaData, size: number): Field[] {
  const { schema, row_groups: groups } = metadata;
  const root = schema[0];
  if (root === undefined) throw new Error("no schema");
  const leaves: Leaf[] = [];
  let next = 1;
  const walk = (parents: Leaf): void => {
    const element = schema[next++];
    if (element === undefined) throw new Error("the schema has fewer elements than it says");
    const leaf = {
      element,
      path: [...parents.path, element.name],
      repetition: parents.repetition + Number(element.repetition_type === "REPEATED"),
      definition: parents.definition + Number(element.repetition_type !== "REQUIRED"),
    };
    if (leaf.path.length > deepest) throw new Error(`fields are more than ${deepest} levels deep`);
    if (!element.num_children) leaves.push(leaf);
    for (let i = 0; i < (element.num_children ?? 0); i++) walk(leaf);
  };
  const places: { from: number; to: number; first: number; last: number }[] = [];
  for (let i = 0; i < (root.num_children ?? 0); i++) {
    const [from, first] = [next, leaves.length];
    walk({ element: root, path: [], repetition: 0, definition: 0 });
    places.push({ from, to: next, first, last: leaves.length });
  }
  if (next !== schema.length) throw new Error("the schema has more elements than it says");
  checkGroups(metadata, leaves, size);
  const full = groups.filter(({ num_rows }) => num_rows > 0n);
  return places.map(({ from, to, first, last }) => {
    const elements = schema.slice(from, to);
    return {
      name: elements[0]!.name,
      nested: elements.length > 1 || elements[0]!.repetition_type === "REPEATED",
      variant: elements.some(({ logical_type: type }) => type?.type === "VARIANT"),
      leaves: leaves.slice(first, last),
      get metadata() {
        return {
          ...metadata,
          schema: [{ ...root, num_children: 1 }, ...elements],
          row_groups: full.map((group) => ({ ...group, columns: group.columns.slice(first, last) })),
        };
      },
    };
  });
}

function checkGroups({ num_rows, row_groups }: FileMetaData, leaves: readonly Leaf[], size: number): void {
  let rows = 0n;
  let bytes = 0;
  for (const group of row_groups) {
    if (group.num_rows < 0n) throw new Error(`a row group of ${group.num_rows} rows`);
    rows += group.num_rows;
    if (group.columns.length !== leaves.length)
      throw new Error(`a row group of ${group.columns.length} columns where the schema has ${leaves.length}`);
    for (const [i, { meta_data: meta, file_path }] of group.columns.entries()) {
      if (meta === undefined || file_path !== undefined) throw new Error("columns in another file");
      checkChunk(meta, leaves[i]!, group.num_rows, size);
      if (group.num_rows > 0n) bytes += Number(meta.total_compressed_size);
    }
  }
  if (rows !== num_rows) throw new Error(`${num_rows} rows, in row groups of ${rows}`);
  if (bytes > size) throw new Error("columns that overlap");
}

function checkChunk(
  meta: ColumnMetaData,
  { element, path, repetition }: Leaf,
  rows: bigint,
  size: number,
): void {
  const { path_in_schema: own, num_values: values } = meta;
  if (own.length !== path.length || own.some((part, i) => part !== path[i]))
    throw new Error("columns in another order than in the schema");
  if (repetition === 0 ? values !== rows : values < rows)
    throw new Error(`a column of ${values} values in a row group of ${rows} rows`);
  // Writers say anything of where nothing is.
  if (rows === 0n) return;
  // hyparquet reads pages by the one, and makes cells of them by the other.
  if (meta.type !== element.type)
    throw new Error(`a column of ${meta.type} where the schema has ${element.type}`);
  const start = startOf(meta);
  if (!(start >= 4 && meta.total_compressed_size > 0n && start + Number(meta.total_compressed_size) <= size))
    throw new Error("a column beyond the end of the file");
}

/** Returns where the pages of a column chunk begin. */
export function startOf(meta: ColumnMetaData): number {
  return Number(meta.dictionary_page_offset || meta.data_page_offset);
}
