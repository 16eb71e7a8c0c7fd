/** The small renderer: projection, mesh, painter's order and what lies under a pixel. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Camera, FIRST_VIEW, turned } from "../../src/dashboard/vol/camera.ts";
import { rampColor } from "../../src/dashboard/vol/color.ts";
import { facetsOf, meshOf, pick, place } from "../../src/dashboard/vol/mesh.ts";
import { readSurface, slicesOf } from "../../src/dashboard/vol/surface-math.ts";
import { dayTicks, niceRange, niceTicks } from "../../src/dashboard/vol/ticks.ts";
import { ETH, surfaceOf } from "../api/surface-fixture.ts";

const SIZE = { width: 640, height: 470 };
const slices = slicesOf(surfaceOf(ETH, 1_768_300_000_000, 7), "agreed");
const mesh = meshOf(slices, "moneyness")!;
const angle = fc.record({
  turn: fc.double({ min: -3.1, max: 3.1, noNaN: true }),
  tilt: fc.double({ min: 0.06, max: 1.45, noNaN: true }),
});

describe("the camera", () => {
  test("keeps every corner of the box inside the picture, however it is turned", () => {
    fc.assert(
      fc.property(angle, (view) => {
        const camera = new Camera(view, SIZE);
        for (const x of [-1, 1])
          for (const y of [-1, 1])
            for (const z of [-1, 1]) {
              const seen = camera.see({ x, y, z });
              expect(seen.x).toBeGreaterThan(0);
              expect(seen.x).toBeLessThan(SIZE.width);
              expect(seen.y).toBeGreaterThan(0);
              expect(seen.y).toBeLessThan(SIZE.height);
            }
      }),
    );
  });

  test("sees up as up, and the near corner as nearer", () => {
    const camera = new Camera({ turn: 0, tilt: 0.4 }, SIZE);
    expect(camera.see({ x: 0, y: 0, z: 1 }).y).toBeLessThan(camera.see({ x: 0, y: 0, z: -1 }).y);
    expect(camera.see({ x: 1, y: 0, z: 0 }).x).toBeGreaterThan(camera.see({ x: -1, y: 0, z: 0 }).x);
    expect(camera.see({ x: 0, y: 1, z: 0 }).depth).toBeGreaterThan(camera.see({ x: 0, y: -1, z: 0 }).depth);
  });

  test("turns round and round, and never tilts below the floor or over the top", () => {
    let view = FIRST_VIEW;
    for (let step = 0; step < 200; step++) view = turned(view, 0.3, 0.2);
    expect(Math.abs(view.turn)).toBeLessThanOrEqual(Math.PI);
    expect(view.tilt).toBeLessThan(Math.PI / 2);
    for (let step = 0; step < 200; step++) view = turned(view, -0.3, -0.2);
    expect(view.tilt).toBeGreaterThan(0);
  });
});

describe("the mesh", () => {
  test("holds the surface's own values, every listed expiry among its rows", () => {
    expect(mesh.expiryRows.map((row) => mesh.nodes[row]![0]!.expiryMs)).toEqual(slices.map(({ expiryMs }) => expiryMs));
    for (const node of mesh.nodes.flat()) {
      const reading = readSurface(slices, node.strike, node.expiryMs);
      expect(reading.ok && Math.abs(reading.vol - node.vol)).toBeLessThan(1e-12);
      const { x, y, z } = place(mesh, node);
      for (const at of [x, y, z]) expect(Math.abs(at)).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  test("one expiry is no sheet, and none is none", () => {
    expect(meshOf(slices.slice(0, 1), "strike")).toBeNull();
    expect(meshOf([], "strike")).toBeNull();
  });

  test("is painted from far to near, each quadrilateral once, from every side", () => {
    fc.assert(
      fc.property(angle, (view) => {
        const facets = facetsOf(mesh, new Camera(view, SIZE));
        expect(facets).toHaveLength((mesh.nodes.length - 1) * (mesh.nodes[0]!.length - 1));
        for (const [i, facet] of facets.entries()) {
          expect(facet.depth).toBeLessThanOrEqual(facets[i - 1]?.depth ?? Infinity);
          expect(facet.light).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("under the middle of a quadrilateral that nothing covers lies one of its corners; beside the sheet nothing", () => {
    const facets = facetsOf(mesh, new Camera(FIRST_VIEW, SIZE));
    const nearest = facets.at(-1)!;
    const middle = (axis: "x" | "y"): number => nearest.corners.reduce((sum, corner) => sum + corner[axis], 0) / 4;
    const node = pick(mesh, facets, middle("x"), middle("y"));
    const corners = [0, 1].flatMap((down) =>
      [0, 1].map((right) => mesh.nodes[nearest.row + down]![nearest.column + right]!),
    );
    expect(corners).toContain(node);
    expect(pick(mesh, facets, 2, 2)).toBeNull();
  });
});

describe("axes and colours", () => {
  test.each([
    [0, 10, 5, [0, 2, 4, 6, 8, 10]],
    [-0.31, 0.29, 5, [-0.2, 0, 0.2]],
    [63.2, 64.9, 4, [63.5, 64, 64.5]],
    [5, 5, 4, [5]],
  ])("round numbers between %f and %f", (low, high, count, wanted) =>
    expect(niceTicks(low, high, count)).toEqual(wanted),
  );

  test("a range holds its data and does not tremble with it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        (low, span) => {
          const [from, until] = niceRange(low, low + span, 5);
          expect(from).toBeLessThanOrEqual(low + 1e-6 * span);
          expect(until).toBeGreaterThanOrEqual(low + span - 1e-6 * span);
        },
      ),
    );
    expect(niceRange(41.2, 68.7, 5)).toEqual(niceRange(41.3, 68.6, 5));
  });

  test("days are the tenors people know", () => expect(dayTicks(200)).toEqual([1, 7, 30, 90, 180]));

  test("colours run from dark to bright, so that they hold in grey", () => {
    const grey = (share: number): number => {
      const [red = 0, green = 0, blue = 0] = rampColor(share).match(/\d+/g)!.map(Number);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    for (let i = 1; i <= 20; i++) expect(grey(i / 20)).toBeGreaterThan(grey((i - 1) / 20));
    expect(rampColor(-1)).toBe(rampColor(0));
    expect(rampColor(2)).toBe(rampColor(1));
  });
});
