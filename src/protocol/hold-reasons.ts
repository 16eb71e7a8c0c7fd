/**
 * What may keep a node from speaking while its disk is well.
 * - `duplicate-instance`: another process speaks under this key; only a restart ends this [R57]
 * - `recovering`: it is not known yet what earlier lives have said [R55]
 * - `clock-off`: peers see this clock too far from theirs [R58]
 */
export const HOLD_REASONS = ["duplicate-instance", "recovering", "clock-off"] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];
