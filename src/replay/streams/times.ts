/** Times as venues write them. */

/** 2026-11-23T07:58:00.250117Z @param microsOfMs 0 to 999 */
export function isoMicros(timeMs: number, microsOfMs: number): string {
  const whole = new Date(Math.floor(timeMs)).toISOString().slice(0, -1);
  return `${whole}${String(microsOfMs).padStart(3, "0")}Z`;
}

export function wholeMs(timeMs: number): string {
  return String(Math.floor(timeMs));
}
