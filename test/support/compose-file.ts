/** docker-compose.yml as data, as far as tests look at it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const root = join(import.meta.dirname, "..", "..");

export type Condition = "service_healthy" | "service_completed_successfully" | "service_started";

export type Service = {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
  readonly healthcheck: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart: string;
};

export type ComposeFile = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

export function readCompose(): ComposeFile {
  return parse(readFileSync(join(root, "docker-compose.yml"), "utf8"), { merge: true }) as ComposeFile;
}

/** `source:target[:ro]` */
export function mountsOf(service: Service): readonly { source: string; target: string; readOnly: boolean }[] {
  return (service.volumes ?? []).map((text) => {
    const [source = "", target = "", mode] = text.split(":");
    return { source, target, readOnly: mode === "ro" };
  });
}

/** Services in an order in which every one comes after those it depends on; throws on a circle. */
export function startOrder(services: ComposeFile["services"]): readonly string[] {
  const order: string[] = [];
  const open = new Set<string>();
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    if (open.has(name)) throw new Error(`${name} depends on itself`);
    open.add(name);
    for (const other of Object.keys(services[name]?.depends_on ?? {})) visit(other);
    order.push(name);
  };
  for (const name of Object.keys(services)) visit(name);
  return order;
}
