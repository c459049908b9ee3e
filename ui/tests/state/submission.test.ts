import { describe, expect, it } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import { Submission } from '$lib/state/submission.svelte';
import { deferred } from '../deferred';

describe('work that somebody waits for', () => {
  it('is done once at a time', async () => {
    const submission = new Submission();
    const answer = deferred<undefined>();
    const first = submission.run(() => answer.promise);
    expect(submission.busy).toBe(true);
    expect(await submission.run(() => Promise.reject(new Error('ran')))).toBe(false);
    expect(submission.error).toBeNull();
    answer.resolve(undefined);
    expect(await first).toBe(true);
    expect(submission.busy).toBe(false);
  });

  it('tells its error until it is tried again', async () => {
    const told: string[] = [];
    const submission = new Submission((error) => told.push(error.code));
    const fail = (): Promise<void> => Promise.reject(new CallError('storage', 'disk full'));
    expect(await submission.run(fail)).toBe(false);
    expect(submission.busy).toBe(false);
    expect(submission.error?.message).toBe('disk full');
    expect(told).toEqual(['storage']);
    const answer = deferred<undefined>();
    const again = submission.run(() => answer.promise);
    expect(submission.error).toBeNull();
    answer.resolve(undefined);
    expect(await again).toBe(true);
    await submission.run(fail);
    submission.forget();
    expect(submission.error).toBeNull();
  });
});
