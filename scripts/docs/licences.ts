import { readFileSync } from "node:fs";
import { dataFile } from "@minimand/data";
import { markdownTable } from "./table.ts";

interface Indexed {
  name: string;
  source: string;
  original: string;
  licence: string;
}

/** The sets of `@minimand/data` with their terms, as a Markdown table. */
export function licencesTable(): string {
  const rows = ["", "images/", "photographs/", "text/"].flatMap((place) =>
    (JSON.parse(readFileSync(dataFile(`${place}index.json`), "utf8")) as Indexed[]).map(
      ({ name, source, original, licence }) => [`\`${place}${name}\``, licence, source, original],
    ),
  );
  return markdownTable(["set", "licence as found", "source", "original"], rows);
}
