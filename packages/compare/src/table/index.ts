export { isMissing, isMissingNumber, missingAmongNumbers, missingWords } from "./cells.ts";
export { DataError, listed, quoted } from "./data-error.ts";
export { type ReadTableOptions, readTable, type TableFormat } from "./read-table.ts";
export type { Cell, Column, Table } from "./table.ts";
