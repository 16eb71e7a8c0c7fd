/** One function of the package as a file of its own; it comes without types. */
declare module "hash-wasm/dist/keccak.umd.min.js";
