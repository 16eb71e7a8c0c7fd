// Registered with `node --import`: lets a child process run this repository's TypeScript on Node 20, which cannot itself.
import { register } from "node:module";

register("./typescript-hooks.mjs", import.meta.url);
