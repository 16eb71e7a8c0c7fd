/** Bybit v5: every answer in an envelope with the time of the server, errors with HTTP 200. */
import { jsonAnswer, type VenueAnswer } from "../../answer.ts";

export function bybitResult(result: unknown, timeMs: number, retMsg = "OK"): VenueAnswer {
  return jsonAnswer(200, { retCode: 0, retMsg, result, retExtInfo: {}, time: Math.floor(timeMs) });
}

export function bybitError(retCode: number, retMsg: string, timeMs: number): VenueAnswer {
  return jsonAnswer(200, { retCode, retMsg, result: {}, retExtInfo: {}, time: Math.floor(timeMs) });
}

export function bybitUnknown(timeMs: number): VenueAnswer {
  return bybitError(10001, "Not supported symbols", timeMs);
}
