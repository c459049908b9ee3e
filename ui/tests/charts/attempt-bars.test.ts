import { describe, expect, it } from 'vitest';
import { attemptBars, type AttemptTimes } from '$lib/charts/attempt-bars';

const times = (change: Partial<AttemptTimes>): AttemptTimes => ({
  after_ms: 0,
  headers_ms: null,
  first_byte_ms: null,
  end_ms: null,
  ...change,
});

describe('the line of time of the attempts', () => {
  it('shows how long each part took, one attempt after the other', () => {
    const [refused, answered] = attemptBars(
      [
        times({ headers_ms: 100, first_byte_ms: 100, end_ms: 100 }),
        times({ after_ms: 200, headers_ms: 300, first_byte_ms: 400, end_ms: 800 }),
      ],
      1_000,
    );
    expect(refused?.[0]).toEqual({ phase: 'headers', from: 0, width: 10 });
    expect(answered).toEqual([
      { phase: 'headers', from: 20, width: 30 },
      { phase: 'first_byte', from: 50, width: 10 },
      { phase: 'body', from: 60, width: 40 },
    ]);
  });

  it('shows an attempt without an answer as waiting', () => {
    const [lost] = attemptBars([times({ end_ms: 500 })], 1_000);
    expect(lost).toEqual([{ phase: 'headers', from: 0, width: 50 }]);
  });

  it('draws nothing that was not measured, and nothing beyond the end', () => {
    expect(attemptBars([times({ after_ms: 5 })], 100)).toEqual([[]]);
    const [only] = attemptBars([times({ after_ms: 100, headers_ms: 0 })], 100);
    expect(only).toEqual([{ phase: 'headers', from: 99.4, width: 0.6 }]);
    // A body that goes on after the client has its answer.
    const [longer] = attemptBars([times({ headers_ms: 100, end_ms: 400 })], 200);
    expect(longer?.map((part) => part.width)).toEqual([25, 75]);
  });
});
