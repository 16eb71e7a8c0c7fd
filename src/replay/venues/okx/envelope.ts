/** OKX says most errors with HTTP 200 and a code of its own. */
import { jsonAnswer, type VenueAnswer } from "../../answer.ts";

export function okxData(data: readonly unknown[]): VenueAnswer {
  return jsonAnswer(200, { code: "0", msg: "", data });
}

export function okxError(status: number, code: string, msg: string): VenueAnswer {
  return jsonAnswer(status, { code, data: [], msg });
}

export function okxUnknown(): VenueAnswer {
  return okxError(200, "51001", "Instrument ID does not exist");
}
