import type { ZodError } from "zod";
import { type Gap, gap } from "./gap.ts";

/** Bodies that are not JSON (maintenance pages, WAF pages, cut bodies, nothing at all) are named by how they begin. */
export function parseJson(body: string): { readonly kind: "json"; readonly value: unknown } | Gap {
  if (body.trim() === "") return gap("not-json", "empty body");
  try {
    return { kind: "json", value: JSON.parse(body) };
  } catch {
    return gap("not-json", `${body.length} characters that are not JSON, beginning ${body.trimStart().slice(0, 16)}`);
  }
}

/** Says which field broke the shape, never what stood in it. */
export function shapeGap(error: ZodError): Gap {
  const issue = error.issues[0];
  const path = issue === undefined || issue.path.length === 0 ? "body" : issue.path.map(String).join(".");
  return gap("bad-shape", `${path}: ${issue?.code ?? "unknown problem"}`);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
