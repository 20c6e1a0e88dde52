import { frontmatter } from "../pages/frontmatter.ts";
import { bundledSets } from "./bundled.ts";

/** Returns the page that compares in the browser. Its component is its own, so that no other page loads it. */
export function comparePage(): string {
  const fields = {
    layout: "page",
    title: "Compare on your data",
    description:
      "Choose a table: the losses of the library are compared on it in this page, and nothing leaves your machine.",
    bundled: bundledSets(),
  };
  return `${frontmatter(fields)}
<script setup>
import ComparePage from "../../src/compare/ComparePage.vue";
</script>

<ComparePage :bundled="$frontmatter.bundled" />
`;
}
