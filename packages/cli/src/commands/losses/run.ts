import { lossesWith, methodsWith } from "@minimand/compare";
import { loadOwn } from "../../own/own-candidates.ts";
import { printListing } from "../listing.ts";
import { groupsOf, lossRow, methodRow } from "./report.ts";

/** What `minimand losses` was asked. */
export interface LossesOptions {
  json: boolean;
  with: string[];
}

/** Prints what can be compared, the user's own candidates among it. */
export async function listLosses({ json, with: files }: LossesOptions): Promise<void> {
  const own = (await loadOwn(files)).candidates;
  const losses = lossesWith(own).map(lossRow);
  const methods = methodsWith(own).map(methodRow);
  printListing([...losses, ...methods], groupsOf(losses, methods), json);
}
