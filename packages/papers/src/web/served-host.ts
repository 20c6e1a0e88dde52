import { type PapersData, papersData } from "../host/papers-data.ts";
import type { PaperCard, TrialHost } from "../reproduction.ts";
import { servedAssets, servedData } from "./served-data.ts";

/** A paper, and the addresses of what its trials read; as plain JSON. */
export interface ServedPaper {
  slug: string;
  /** Of the folder of data, with a slash at the end. */
  data: string;
  /** Of the folder with the papers' folders, with a slash at the end. */
  assets: string;
  /** Names of all files of data with their SHA-256; without, the server is asked for each name. */
  sums?: Record<string, string>;
}

/**
 * Data and assets of a paper, as a server has them.
 *
 * @example
 * const { sources, dataset } = servedHost({ slug: "comp-sum", data: "/data/", assets: "/papers/" }, card);
 */
export function servedHost(
  { slug, data, assets, sums }: ServedPaper,
  card: Pick<PaperCard, "data">,
): PapersData & Required<Pick<TrialHost, "asset">> {
  const own = papersData(servedData(data, sums), card.data, "on the server, got no such file");
  return { ...own, asset: servedAssets(assets, slug) };
}
