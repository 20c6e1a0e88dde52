import type { Option } from "commander";

/**
 * What the help says of an option: its description, then choices and default as one would type them, where the description
 * doesn't name them itself.
 */
export function optionHelp({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const more: string[] = [];
  if (argChoices !== undefined && !argChoices.every((choice) => description.includes(choice)))
    more.push(`one of ${argChoices.join(", ")}`);
  const standard = defaultValueDescription ?? typed(defaultValue);
  if (standard !== null && !description.includes("default:")) more.push(`default: ${standard}`);
  return more.length === 0 ? description : `${description} (${more.join("; ")})`;
}

/** A value as it would be typed; null where nothing would be. */
function typed(value: unknown): string | null {
  if (value === undefined || value === false) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(",");
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length === 0 ? null : JSON.stringify(value);
  return String(value);
}
