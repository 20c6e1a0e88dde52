import { capacity, missingCodes } from "../../data/checks/index.ts";
import type { Dataset } from "../../data/dataset.ts";
import { examinePairs, makePairDataset, pairTable, singleResponses } from "../../data/pairs/index.ts";
import type { Table } from "../../read/table.ts";
import type { Settings } from "../../results.ts";

/**
 * Returns the pairs of a file as a data set, with what a careful reader would say of them first.
 *
 * @throws DataError in one line
 */
export function pairDataset(table: Table, settings: Settings): Dataset {
  const { group, ignore, types, missing } = settings;
  const pairs = pairTable(table, { ignore, ...(group !== null && { group }) });
  const dataset = makePairDataset(pairs, { types, missing });
  return {
    ...dataset,
    notes: [
      ...table.notes,
      ...dataset.notes,
      ...examinePairs(pairs),
      ...missingCodes(singleResponses(dataset)),
      ...capacity(dataset, settings),
    ],
  };
}
