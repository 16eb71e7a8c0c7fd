/** `tenor feed methodology`: the statement that the administrator of a benchmark would publish. */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { OracleError, reasonOf } from "../../base/errors.ts";
import { methodologyText } from "../../feeds/methodology-text.ts";
import { ending } from "../fail.ts";
import { loadFeed } from "./definitions.ts";

export function methodologyCommand(): Command {
  return new Command("methodology")
    .description("write the readable statement of a feed: purpose, inputs, formula, outliers, contingency, review")
    .argument("<file>", "feed definition, JSON")
    .option("--out <file>", "write the Markdown here instead of standard output")
    .action(async (file: string, { out }: { readonly out?: string }) => {
      await ending(async () => {
        const page = methodologyText(loadFeed(file).feed);
        if (out === undefined) {
          process.stdout.write(page);
          return;
        }
        try {
          writeFileSync(out, page);
        } catch (error) {
          throw new OracleError(`cannot write ${out}: ${reasonOf(error)}`, { code: "bad-argument", path: out }, error);
        }
        process.stdout.write(`${out}: ${page.split("\n").length} lines\n`);
      });
    });
}
