import type { Markup } from "@minimand/compare/report";

/** Writes HTML without line breaks: an empty line would end what Markdown takes for HTML. */
export const onOneLine = ({ markup }: Markup): string => markup.replaceAll(/\s*\n\s*/g, " ");
