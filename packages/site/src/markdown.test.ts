import { expect, it } from "vitest";
import { githubSlug } from "./markdown.ts";

it("anchors are those of GitHub, where the same pages are read", () => {
  expect(githubSlug("TRL: losses of preferences")).toBe("trl-losses-of-preferences");
  expect(githubSlug("What `minimand compare` writes")).toBe("what-minimand-compare-writes");
  expect(githubSlug("`trials[]`: one candidate on one seed")).toBe("trials-one-candidate-on-one-seed");
  expect(githubSlug("Don't stop_here – größer")).toBe("dont-stop_here--größer");
});
