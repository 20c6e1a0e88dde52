export { DataError, listed, quoted } from "../data-error.ts";
export { gunzip } from "./bytes/gunzip.ts";
export { isMissing, isMissingNumber, missingAmongNumbers, missingWords } from "./cells.ts";
export { type Damaged, damagedChoices } from "./damage.ts";
export type { NumberFormat } from "./number-format.ts";
export { type ReadTableOptions, readerVersion, readTable, type TableFormat } from "./read-table.ts";
export { type Cell, Column, type ColumnData, releaseTable, reviveTable, type Table } from "./table.ts";
