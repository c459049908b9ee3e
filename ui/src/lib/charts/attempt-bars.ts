/** When the parts of an attempt happened, in milliseconds. */
export interface AttemptTimes {
  /** Since the start of the request. */
  after_ms: number;
  /** The rest since the start of the attempt; null when it did not come to it. */
  headers_ms: number | null;
  first_byte_ms: number | null;
  end_ms: number | null;
}

/** Waiting for the headers, then for the first byte of the body, then reading it. */
export type AttemptPhase = 'headers' | 'first_byte' | 'body';

export interface AttemptSegment {
  phase: AttemptPhase;
  /** Per cent of the whole, from the left. */
  from: number;
  width: number;
}

/** Per cent; an attempt that was over at once is still seen. */
const LEAST_WIDTH = 0.6;

/**
 * The attempts as segments of one line of time as long as the request. What was not
 * measured is not drawn: the segments end where the last known moment is.
 */
export function attemptBars(
  attempts: readonly AttemptTimes[],
  durationMs: number,
): AttemptSegment[][] {
  const ends = attempts.map((attempt) => attempt.after_ms + lengthOf(attempt));
  const whole = Math.max(1, durationMs, ...ends);
  const percent = (ms: number): number => (100 * ms) / whole;
  return attempts.map((attempt) => {
    let at = 0;
    const segments: AttemptSegment[] = [];
    for (const [phase, end] of phasesOf(attempt)) {
      if (end === null || end < at) continue;
      const from = Math.min(percent(attempt.after_ms + at), 100 - LEAST_WIDTH);
      segments.push({ phase, from, width: Math.max(LEAST_WIDTH, percent(end - at)) });
      at = end;
    }
    return segments;
  });
}

function phasesOf(attempt: AttemptTimes): [AttemptPhase, number | null][] {
  const { headers_ms, first_byte_ms, end_ms } = attempt;
  // Left without an answer: all of it was waiting for the headers.
  if (headers_ms === null) return [['headers', end_ms]];
  return [
    ['headers', headers_ms],
    ['first_byte', first_byte_ms],
    ['body', end_ms],
  ];
}

function lengthOf({ headers_ms, first_byte_ms, end_ms }: AttemptTimes): number {
  return Math.max(0, headers_ms ?? 0, first_byte_ms ?? 0, end_ms ?? 0);
}
