import Papa from "papaparse";

export type Delimiter = "," | ";" | "\t" | "|";

const candidates: readonly Delimiter[] = [",", ";", "\t", "|"];
const sampleRecords = 50;
const sampleCharacters = 1_000_000;

/**
 * The delimiter of a CSV text, from its first records: the one that cuts the header into the most fields among those for
 * which all records have as many fields as the header; if there is none, the one that comes closest; `,` if nothing is cut.
 */
export function findDelimiter(text: string): Delimiter {
  const cut = text.length > sampleCharacters;
  const sample = cut ? text.slice(0, sampleCharacters) : text;
  let best: { delimiter: Delimiter; agreement: number; width: number } = {
    delimiter: ",",
    agreement: 0,
    width: 1,
  };
  for (const delimiter of candidates) {
    const { data } = Papa.parse<string[]>(sample, { delimiter, newline: "\n", preview: sampleRecords });
    // The last record of a cut sample may be cut too.
    const records = (cut && data.length > 1 ? data.slice(0, -1) : data).filter((record) =>
      record.some((cell) => cell !== ""),
    );
    const width = records[0]?.length ?? 1;
    if (width < 2) continue;
    const agreement = records.filter((record) => record.length === width).length / records.length;
    const better = agreement === best.agreement ? width > best.width : agreement > best.agreement;
    if (better) best = { delimiter, agreement, width };
  }
  return best.delimiter;
}
