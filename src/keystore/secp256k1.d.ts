/** The optional binding's entry without its JavaScript fallback. The package brings no types, and what it gives is checked. */
declare module "secp256k1/bindings.js";
