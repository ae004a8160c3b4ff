import { expect, it } from "vitest";
import { Meter, throttled } from "./meter";
import type { LoadProgress } from "./types";

function clocked(total: number, there: number): { meter: Meter; at: (ms: number) => void } {
  let now = 0;
  return { meter: new Meter("download", total, there, () => now), at: (ms) => (now = ms) };
}

it("tells the time left by the pace of what was fetched, not by what was there", () => {
  const { meter, at } = clocked(1000, 400);
  at(500);
  expect(meter.add(50)).toEqual({ phase: "download", loaded: 450, total: 1000, secondsLeft: null });
  at(2000);
  expect(meter.add(150)).toEqual({ phase: "download", loaded: 600, total: 1000, secondsLeft: 4 });
});

it("forgets the pace of long ago", () => {
  const { meter, at } = clocked(100_000, 0);
  for (let second = 1; second <= 20; second++) {
    at(second * 1000);
    meter.add(10);
  }
  for (let second = 21; second <= 31; second++) {
    at(second * 1000);
    meter.add(1000);
  }
  at(32_000);
  const { loaded, secondsLeft } = meter.add(1000);
  expect(loaded).toBe(200 + 12_000);
  expect(secondsLeft).toBeCloseTo((100_000 - 12_200) / 1000, 0);
});

it("takes back what has to be fetched again, and never shows more than there is", () => {
  const { meter, at } = clocked(100, 0);
  at(2000);
  meter.add(80);
  expect(meter.add(-80).loaded).toBe(0);
  expect(meter.add(-0).secondsLeft).toBeNull();
  expect(meter.add(170).loaded).toBe(100);
});

it("tells ten times a second, and every beginning and end", () => {
  let now = 0;
  const told: number[] = [];
  const tell = throttled(({ loaded }) => told.push(loaded), () => now);
  const say = (phase: LoadProgress["phase"], loaded: number, at: number): void => {
    now = at;
    tell({ phase, loaded, total: 100, secondsLeft: null });
  };
  say("download", 1, 0);
  say("download", 2, 50);
  say("download", 3, 100);
  say("download", 4, 199);
  say("prepare", 5, 199);
  say("prepare", 100, 200);
  expect(told).toEqual([1, 3, 5, 100]);
});
