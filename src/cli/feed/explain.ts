/** `tenor feed explain`: what nodes will do, in plain words. */
import { Command } from "commander";
import { explainFeed } from "../../feeds/explain.ts";
import { ending } from "../fail.ts";
import { loadFeed } from "./definitions.ts";

export function explainCommand(): Command {
  return new Command("explain")
    .description("say in plain words what nodes will do for a definition")
    .argument("<file>", "feed definition, JSON")
    .action(async (file: string) => {
      await ending(async () => {
        const { feed } = loadFeed(file);
        const { name, title, revision, unit } = feed.definition;
        const sections = explainFeed(feed).map(
          ({ heading, lines }) => `${heading}\n${lines.map((line) => `  ${line}\n`).join("")}`,
        );
        process.stdout.write(`${name}: ${title}\nrevision ${revision}, in ${unit}\n\n${sections.join("\n")}`);
      });
    });
}
