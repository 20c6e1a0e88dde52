import { checkNumber, parseJson, rangeError, readOptions, textLines, typeError } from "minimand/engine";
import type { Decision } from "../bandit.ts";
import type { BanditContext } from "../context.ts";

/** A logged decision; `reward` where it came. */
export interface BanditRecord extends BanditContext {
  decisionId: string;
  action: number;
  /** In (0, 1]. */
  propensity: number;
  /** Of all arms. */
  propensities?: readonly number[];
  reward?: number;
  /** Time, as ISO 8601. */
  ts?: string;
  modelVersion?: number;
}

/** Whether the reward came. */
export function rewarded(record: BanditRecord): record is BanditRecord & { reward: number } {
  return record.reward !== undefined;
}

/** Returns the number of arms of a decision; null where the record doesn't say. */
export function armsOf({
  propensities,
  actionIds,
  features,
}: BanditContext & Pick<BanditRecord, "propensities">): number | null {
  if (propensities !== undefined) return propensities.length;
  if (actionIds !== undefined) return actionIds.length;
  return isNested(features) ? features.length : null;
}

/** Whether every arm has a vector of its own. */
export function isNested(features: BanditContext["features"]): features is readonly ArrayLike<number>[] {
  return Array.isArray(features) && features.length > 0 && typeof features[0] === "object";
}

/**
 * Returns a line of a log (JSON lines): a decision, with its context. Its reward is a line of its own, {@link rewardLine}.
 *
 * @example decisionLine(context, bandit.choose(context), { ts: new Date().toISOString() })
 */
export function decisionLine(
  { features, actionIds }: BanditContext,
  { decisionId, action, propensity, propensities, modelVersion }: Decision,
  options: { ts?: string } = {},
): string {
  const { ts } = readOptions("decisionLine", options, { ts: true });
  const record: BanditRecord = {
    ...(ts === undefined ? {} : { ts }),
    decisionId,
    features: isNested(features)
      ? features.map((row) => Array.from(row))
      : Array.from(features as ArrayLike<number>),
    ...(actionIds === undefined ? {} : { actionIds }),
    action,
    propensity,
    propensities: Array.from(propensities),
    modelVersion,
  };
  return `${JSON.stringify(record)}\n`;
}

/** Returns a line of a log: the reward of a decision. */
export function rewardLine(decisionId: string, reward: number, options: { ts?: string } = {}): string {
  const { ts } = readOptions("rewardLine", options, { ts: true });
  return `${JSON.stringify({ ...(ts === undefined ? {} : { ts }), decisionId, reward })}\n`;
}

/** Returns a line of a log: the decision is no longer waited for. */
export function expiryLine(decisionId: string, options: { ts?: string } = {}): string {
  const { ts } = readOptions("expiryLine", options, { ts: true });
  return `${JSON.stringify({ ...(ts === undefined ? {} : { ts }), decisionId, expired: true })}\n`;
}

/**
 * Reads a log: decisions in their order, each with its reward, which is in the decision's line or in one of its own after it.
 *
 * @param text JSON lines; empty lines are skipped
 * @throws TypeError, RangeError that name the line: what is no JSON or lacks something, features, names and
 * probabilities of different numbers of arms, a repeated decision, a reward for an unknown decision or a second one
 */
export function parseBanditLog(text: string): BanditRecord[] {
  const records = new Map<string, BanditRecord>();
  for (const { text: line, number } of textLines(text)) {
    if (line.trim() === "") continue;
    const at = `line ${number}`;
    const found = parseLine(at, line);
    const known = records.get(found.decisionId);
    if (found.action === undefined) {
      if (known === undefined)
        throw rangeError(`${at}.decisionId`, "a decision logged before", found.decisionId);
      if (known.reward !== undefined)
        throw rangeError(`${at}.decisionId`, "one reward for a decision", found.decisionId);
      if (found.expired === true) continue;
      checkNumber(`${at}.reward`, found.reward);
      known.reward = found.reward;
      continue;
    }
    if (known !== undefined) throw rangeError(`${at}.decisionId`, "each decision once", found.decisionId);
    records.set(found.decisionId, checkRecord(at, found as BanditRecord));
  }
  return [...records.values()];
}

/** A line of any kind. */
type Line = Partial<BanditRecord> & { decisionId: string; expired?: boolean };

function parseLine(at: string, line: string): Line {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw typeError(at, "a JSON object", line.slice(0, 40));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw typeError(at, "a JSON object", value);
  const record = value as Partial<Line>;
  if (typeof record.decisionId !== "string")
    throw typeError(`${at}.decisionId`, "a string", record.decisionId);
  // JSON of other programs may have null for what is absent.
  for (const name of ["reward", "actionIds", "propensities"] as const)
    if (record[name] === null) delete record[name];
  return record as Line;
}

function checkRecord(at: string, record: BanditRecord): BanditRecord {
  const { features, action, actionIds, propensity, propensities, reward } = record;
  checkNumber(`${at}.action`, action, { min: 0, integer: true });
  checkNumber(`${at}.propensity`, propensity, { above: 0, max: 1 });
  if (reward !== undefined) checkNumber(`${at}.reward`, reward);
  if (!isFeatures(features)) throw typeError(`${at}.features`, "numbers, or a vector for each arm", features);
  if (actionIds !== undefined && !isListOf(actionIds, "string"))
    throw typeError(`${at}.actionIds`, "texts", actionIds);
  if (propensities !== undefined && !isListOf(propensities, "number"))
    throw typeError(`${at}.propensities`, "numbers", propensities);
  const arms = armsOf(record);
  const vectors = isNested(features) ? features : undefined;
  for (const [name, list] of Object.entries({ actionIds, features: vectors }))
    if (list !== undefined && list.length !== arms)
      throw rangeError(`${at}.${name}`, `one for each of ${arms} arms`, list.length);
  if (actionIds !== undefined && new Set(actionIds).size !== arms)
    throw rangeError(`${at}.actionIds`, "names that differ", actionIds);
  if (vectors?.some(({ length }) => length !== vectors[0].length))
    throw rangeError(`${at}.features`, "vectors of one length", features);
  if (arms !== null && action >= arms) throw rangeError(`${at}.action`, `one of ${arms} arms`, action);
  if (propensities !== undefined) {
    if (!(Math.abs(Number(propensities[action]) - propensity) <= 1e-9))
      throw rangeError(`${at}.propensities[${action}]`, `the propensity ${propensity}`, propensities[action]);
  }
  return record;
}

const isListOf = (value: unknown, type: "number" | "string"): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === type);

const isFeatures = (value: unknown): boolean =>
  isListOf(value, "number") ||
  (Array.isArray(value) && value.length > 0 && value.every((row) => isListOf(row, "number")));
