import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError } from '$lib/backend/call-error';
import type { ListRequestsRequest, RequestPage, RequestView } from '$lib/contract';
import { MOST_ROWS, RequestFeed } from '$lib/state/request-feed.svelte';
import { deferred } from '../deferred';
import { FakeBackend } from '../fake-backend';
import { requestView } from '../samples';

/** A log of rows, answered by the rules of the contract. */
class Log {
  rows: RequestView[] = [];
  failing = false;
  readonly backend = new FakeBackend({ list_requests: (request) => this.#page(request) });

  constructor(count: number) {
    this.add(count);
  }

  add(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      this.rows = [requestView((this.rows[0]?.id ?? 0) + 1), ...this.rows];
    }
    this.backend.emit({ type: 'changed', topics: ['requests'] });
  }

  clear(): void {
    this.rows = [];
    this.backend.emit({ type: 'changed', topics: ['requests'] });
  }

  #page({ before, limit, filter }: ListRequestsRequest): RequestPage {
    if (this.failing) throw new CallError('storage', 'disk full');
    const wanted = (row: RequestView): boolean =>
      filter?.client === undefined || row.client === filter.client;
    const older = this.rows.filter(
      (row) => wanted(row) && (before === null || before === undefined || row.id < before),
    );
    const requests = older.slice(0, limit ?? 50);
    const more = older.length > requests.length;
    return { requests, next: more ? (requests.at(-1)?.id ?? null) : null, is_partial: false };
  }
}

const ids = (feed: RequestFeed): number[] => feed.rows.map((row) => row.id);
const countdown = (from: number, to: number): number[] =>
  Array.from({ length: from - to + 1 }, (_, index) => from - index);
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(600);

describe('the request feed', () => {
  let stop = (): void => undefined;
  const open = async (log: Log): Promise<RequestFeed> => {
    const feed = new RequestFeed(log.backend);
    stop = feed.start();
    await settle();
    return feed;
  };

  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('pages through the whole log, every row once', async () => {
    const feed = await open(new Log(120));
    expect(ids(feed)).toEqual(countdown(120, 71));
    await Promise.all([feed.loadMore(), feed.loadMore()]);
    expect(ids(feed)).toEqual(countdown(120, 21));
    await feed.loadMore();
    expect(ids(feed)).toEqual(countdown(120, 1));
    expect(feed.hasMore).toBe(false);
  });

  it('adds new rows at the top without reading the rest again', async () => {
    const log = new Log(60);
    const feed = await open(log);
    await feed.loadMore();
    log.add(3);
    await settle();
    expect(ids(feed)).toEqual(countdown(63, 1));
    expect(feed.heldCount).toBe(0);
    expect(log.backend.calls).toHaveLength(3);
  });

  it('holds new rows back while the reader is further down', async () => {
    const log = new Log(60);
    const feed = await open(log);
    feed.setAtTop(false);
    log.add(2);
    await settle();
    log.add(1);
    await settle();
    expect(ids(feed)).toEqual(countdown(60, 11));
    expect(feed.heldCount).toBe(3);
    feed.setAtTop(true);
    expect(ids(feed)).toEqual(countdown(63, 11));
  });

  it('closes a gap of several pages', async () => {
    const log = new Log(10);
    const feed = await open(log);
    log.add(130);
    await settle();
    expect(ids(feed)).toEqual(countdown(140, 1));
  });

  it('starts anew after a very long gap, but never under the reader', async () => {
    const log = new Log(100);
    const feed = await open(log);
    feed.setAtTop(false);
    log.add(500);
    await settle();
    expect(ids(feed)).toEqual(countdown(100, 51));
    feed.setAtTop(true);
    await settle();
    expect(ids(feed)).toEqual(countdown(600, 551));
    expect(feed.hasMore).toBe(true);
  });

  it('tells an error and recovers with the next event', async () => {
    const log = new Log(5);
    log.failing = true;
    const feed = await open(log);
    expect([feed.status, feed.error?.code]).toEqual(['failed', 'storage']);
    log.failing = false;
    log.add(1);
    await settle();
    expect([feed.status, feed.error]).toEqual(['ready', null]);
    expect(ids(feed)).toEqual(countdown(6, 1));
  });

  it('lists what a filter lets through, new rows and older pages included', async () => {
    const log = new Log(130);
    log.rows = log.rows.map((row) => ({ ...row, client: row.id % 2 === 0 ? 'even' : 'odd' }));
    const feed = await open(log);
    await feed.search({ client: 'even' });
    expect(ids(feed)).toEqual(countdown(130, 32).filter((id) => id % 2 === 0));
    await feed.loadMore();
    expect(ids(feed)).toEqual(countdown(130, 1).filter((id) => id % 2 === 0));
    log.rows = [
      requestView(132, { client: 'even' }),
      requestView(131, { client: 'odd' }),
      ...log.rows,
    ];
    await feed.refresh();
    expect(ids(feed)[0]).toBe(132);
    expect(ids(feed)).not.toContain(131);
    await feed.search({});
    expect(ids(feed)).toEqual(countdown(132, 83));
  });

  it('drops answers to a question that is no longer asked', async () => {
    const slow = deferred<RequestPage>();
    const feed = new RequestFeed(
      new FakeBackend({
        list_requests: ({ filter }) =>
          filter?.text === 'slow'
            ? slow.promise
            : { requests: [requestView(1)], next: null, is_partial: false },
      }),
    );
    await feed.reload();
    const late = feed.search({ text: 'slow' });
    expect(feed.searching).toBe(true);
    await feed.search({ text: 'fast' });
    slow.resolve({ requests: [requestView(9), requestView(8)], next: 8, is_partial: false });
    await late;
    expect([ids(feed), feed.hasMore, feed.searching]).toEqual([[1], false, false]);
  });

  it('shows nothing old when a search fails', async () => {
    const log = new Log(5);
    const feed = await open(log);
    log.failing = true;
    await feed.search({ client: 'x' });
    expect([ids(feed), feed.status, feed.error?.code]).toEqual([[], 'failed', 'storage']);
    log.failing = false;
    await feed.search({});
    expect([ids(feed), feed.error]).toEqual([countdown(5, 1), null]);
  });

  it('notices that the log was cleared', async () => {
    const log = new Log(60);
    const feed = await open(log);
    log.clear();
    await settle();
    expect([ids(feed), feed.hasMore, feed.status]).toEqual([[], false, 'ready']);
  });

  it('keeps a thousand rows however long it stays open, and pages on from there', async () => {
    const log = new Log(50);
    const feed = await open(log);
    for (let round = 0; round < 12; round += 1) {
      log.add(90);
      await settle();
    }
    expect(ids(feed)).toEqual(countdown(1_130, 1_130 - MOST_ROWS + 1));
    expect(feed.hasMore).toBe(true);
    await feed.loadMore();
    expect(ids(feed)).toEqual(countdown(1_130, 1_130 - MOST_ROWS - 49));
  });
});
