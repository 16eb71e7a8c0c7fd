import fc from "fast-check";

/**
 * Property tests draw from one fixed seed, so that a red run is the fault of a change and not of the day. Other draws are
 * for looking around: TENOR_PROPERTY_SEED=random, or =12345 to see a found counterexample again.
 */
const wanted = process.env["TENOR_PROPERTY_SEED"] ?? "20240101";
if (wanted !== "random") {
  if (!/^-?\d{1,10}$/.test(wanted))
    throw new Error(`TENOR_PROPERTY_SEED is "${wanted}", wanted "random" or an integer`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
}
