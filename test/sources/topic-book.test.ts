import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TopicBook, type TopicLimits } from "../../src/sources/topic-book.ts";

const LIMITS: TopicLimits = { topicsMax: 3, charsMax: 1_000, hourlyMax: null, totalMax: 100 };

function holding(topics: readonly string[], limits = LIMITS): TopicBook {
  const book = new TopicBook(limits);
  for (const topic of topics) book.want(topic, `source of ${topic}`);
  return book;
}

describe("requests", () => {
  test("hold the topics in the order in which they were wanted, as many as a request may", () => {
    const book = holding(["a", "b", "c", "d"]);
    expect(book.next(0)).toEqual({ op: "subscribe", topics: ["a", "b", "c"] });
    expect(book.next(0)).toEqual({ op: "subscribe", topics: ["d"] });
    expect(book.next(0)).toBeNull();
  });

  test("are no longer than the venue takes", () => {
    const book = holding(["aaaaaaa", "bbbbbbb", "ccccccc"], { ...LIMITS, charsMax: 25 });
    expect(book.next(0)!.topics).toEqual(["aaaaaaa", "bbbbbbb"]);
    expect(book.next(0)!.topics).toEqual(["ccccccc"]);
  });

  test("wait for the hour to pass when its number is used up", () => {
    const book = holding(["a", "b", "c", "d", "e", "f", "g"], { ...LIMITS, hourlyMax: 2 });
    book.next(0);
    book.next(1_000);
    expect(book.next(3_599_999)).toBeNull();
    expect(book.next(3_600_000)!.topics).toEqual(["g"]);
  });

  test("leave first, and only what was asked for", () => {
    const book = new TopicBook(LIMITS);
    for (const topic of ["a", "b", "c", "d"]) book.want(topic, null);
    book.next(0);
    for (const topic of ["a", "d", "unknown"]) book.drop(topic);
    book.want("e", null);
    expect(book.next(1)).toEqual({ op: "unsubscribe", topics: ["a"] });
    expect(book.next(1)).toEqual({ op: "subscribe", topics: ["e"] });
    expect(book.has("d")).toBe(false);
  });

  test("do not leave what is wanted again, nor a topic on which a source depends", () => {
    const book = holding(["kept"]);
    book.want("back", null);
    book.next(0);
    book.drop("kept");
    book.drop("back");
    book.want("back", null);
    expect(book.next(1)).toEqual({ op: "subscribe", topics: ["back"] });
    expect(book.has("kept")).toBe(true);
  });

  test("never hold more topics than one connection may", () => {
    const book = holding(["a", "b", "c"], { ...LIMITS, totalMax: 2 });
    expect(book.next(0)!.topics).toEqual(["a", "b"]);
    expect(book.has("c")).toBe(false);
  });
});

describe("answers", () => {
  test("a refusal names the sources once, and the topic is not asked for again", () => {
    const book = holding(["a"]);
    book.want("a", "another");
    book.next(0);
    expect(book.refuse("a")).toEqual(["source of a", "another"]);
    expect(book.refuse("a")).toEqual([]);
    expect(book.refuse("unknown")).toEqual([]);
    expect(book.overdue(99_000)).toEqual([]);
    expect(book.next(999_000)).toBeNull();
  });

  test("silence is told once after ten seconds, and asked about again a minute later", () => {
    const book = holding(["a", "b"]);
    book.next(0);
    book.confirm("a");
    expect(book.overdue(9_999)).toEqual([]);
    expect(book.overdue(10_000)).toEqual(["source of b"]);
    expect(book.overdue(10_001)).toEqual([]);
    expect(book.next(69_999)).toBeNull();
    expect(book.next(70_000)!.topics).toEqual(["b"]);
  });

  test("only what is under way is asked again on request", () => {
    const book = holding(["a", "b"]);
    book.next(0);
    book.confirm("b");
    for (const topic of ["a", "b", "unknown"]) book.askAgain(topic, 5_000);
    expect(book.asked()).toEqual([]);
    expect(book.next(4_999)).toBeNull();
    expect(book.next(5_000)!.topics).toEqual(["a"]);
    expect(book.sourcesOf("a")).toEqual(["source of a"]);
    expect(book.sourcesOf("unknown")).toEqual([]);
  });
});

test("whatever happens, what was asked for and not left is what is wanted once all is sent", () => {
  const topic = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const act = fc.oneof(
    fc.tuple(fc.constant("want" as const), topic),
    fc.tuple(fc.constant("drop" as const), topic),
    fc.tuple(fc.constant("send" as const), topic),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const book = new TopicBook(LIMITS);
      const [wanted, subscribed] = [new Set<string>(), new Set<string>()];
      const send = (): boolean => {
        const batch = book.next(0);
        for (const sent of batch?.topics ?? []) {
          if (batch!.op === "subscribe") subscribed.add(sent);
          else subscribed.delete(sent);
        }
        return batch !== null;
      };
      for (const [what, which] of acts) {
        if (what === "want") book.want(which, null);
        if (what === "drop") book.drop(which);
        if (what === "want") wanted.add(which);
        if (what === "drop") wanted.delete(which);
        if (what === "send") send();
      }
      while (send());
      expect([...subscribed].sort()).toEqual([...wanted].sort());
    }),
    { numRuns: 500 },
  );
});
