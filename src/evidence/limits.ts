/** Caps of this room, and what breaks when they are lower or higher. */

/**
 * One piece of evidence. Lower: a bad share at n = 31 with wide observations cannot be shown. Higher: it no longer fits a
 * frame of the network (256 kB), and a stranger's file takes longer to refuse.
 */
export const EVIDENCE_BYTES_MAX = 240 * 1024;
/** A file with evidence: hexadecimal text in JSON is twice the bytes, with room for spaces. */
export const EVIDENCE_FILE_BYTES_MAX = 3 * EVIDENCE_BYTES_MAX;
/** A SHARE, a PROPOSE, and what holds the commitments of each of at most 100 signers. */
export const ENVELOPES_MAX = 102;
