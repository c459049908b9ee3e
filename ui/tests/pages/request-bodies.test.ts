import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CapturedBodies, CapturedBody, ClientView } from '$lib/contract';
import { beginOf, inPieces, readableText } from '$pages/requests/body-text';
import Requests from '$pages/requests/Requests.svelte';
import { FakeBackend } from '../fake-backend';
import { NoObserver } from '../no-observer';
import { openPage } from '../open-page';
import { clientView, gatewayStatus, requestView } from '../samples';
import { requestDetails, usageAnswers } from '../usage-samples';

beforeAll(() => {
  globalThis.IntersectionObserver = NoObserver;
});
afterEach(() => {
  vi.useRealTimers();
});

const HOUR = 3_600_000;
/** One half of a character that takes two units. */
const HALF = /\p{Surrogate}/u;
const body = (text: string | null, change: Partial<CapturedBody> = {}): CapturedBody => ({
  bytes: text?.length ?? 0,
  content_type: 'application/json',
  text,
  is_cut: false,
  left_out: null,
  ...change,
});
const bodies = (change: Partial<CapturedBodies> = {}): CapturedBodies => ({
  request: body('{"model":"m","stream":true}'),
  response: body('data: {"a":1}\n\ndata: [DONE]\n\n', { content_type: 'text/event-stream' }),
  expires_at_ms: Date.now() + HOUR,
  ...change,
});

function open(kept: CapturedBodies | null, clients: ClientView[] = []): FakeBackend {
  let tokens = clients;
  const backend = new FakeBackend({
    gateway_status: () => gatewayStatus(),
    ...usageAnswers(),
    list_requests: () => ({ requests: [requestView(1)], next: null, is_partial: false }),
    get_request: () => ({ ...requestDetails(requestView(1)), bodies: kept }),
    list_clients: () => ({ clients: tokens }),
    update_client: ({ id }) => {
      tokens = tokens.map((token) =>
        token.id === id ? { ...token, capture_until_ms: null } : token,
      );
      return tokens.find((token) => token.id === id) ?? expect.fail(`no ${id}`);
    },
  });
  openPage(Requests, backend);
  return backend;
}

async function details(kept: CapturedBodies | null): Promise<void> {
  open(kept);
  await userEvent.click(await screen.findByTestId('request-expand'));
  await screen.findByTestId('attempt');
}

const shown = (): string => screen.getByTestId('body-text').textContent;

describe('the bodies of a request', () => {
  it('are read one by one, with the keyboard as well', async () => {
    const user = userEvent.setup();
    await details(bodies());
    expect(shown()).toBe('{\n  "model": "m",\n  "stream": true\n}');
    expect(screen.getByTestId('body-facts').textContent.trim()).toBe('application/json · 27 B');
    screen.getByTestId('bodies-request').focus();
    await user.keyboard('{ArrowRight}');
    await waitFor(() => expect(shown()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n'));
    expect(screen.getByTestId('bodies-response').getAttribute('aria-selected')).toBe('true');
    expect(screen.getByTestId('bodies-note').textContent).toContain('without keys');
  });

  it('are copied as they were sent', async () => {
    const user = userEvent.setup();
    await details(bodies());
    await user.click(screen.getByTestId('body-copy'));
    await expect(navigator.clipboard.readText()).resolves.toBe('{"model":"m","stream":true}');
  });

  it('are text, whatever stands in them', async () => {
    const evil = '<img src=x onerror="window.__pwn=1"><script>window.__pwn=1</script>';
    await details(bodies({ request: body(evil, { content_type: 'text/html' }) }));
    expect(shown()).toBe(evil);
    expect(screen.getByTestId('body-text').querySelector('img, script')).toBeNull();
  });

  it('say how long they were when they are cut, and are not taken for JSON', async () => {
    const cut = `{"a":"${'x'.repeat(262_138)}`;
    await details(bodies({ request: body(cut, { bytes: 512_000, is_cut: true }) }));
    expect(screen.getByTestId('body-facts').textContent.trim()).toBe(
      'application/json · 500 KiB · cut to the first 256 KiB',
    );
    expect(shown()).toBe(cut.slice(0, 100_000));
    await userEvent.click(screen.getByTestId('body-all'));
    expect(shown()).toBe(cut);
    expect(screen.queryByTestId('body-all')).toBeNull();
  });

  it.each([
    ['binary', 'no text'],
    ['compressed', 'compressed'],
    ['crowded', 'Too many bodies'],
  ] as const)('say why they are %s', async (left_out, words) => {
    const change = { bytes: 2_048, content_type: null, left_out };
    await details(bodies({ request: body(null, change) }));
    expect(screen.getByTestId('body-left-out').textContent).toContain(words);
    expect(screen.getByTestId('body-facts').textContent.trim()).toBe('2 KiB');
    expect(screen.queryByTestId('body-copy')).toBeNull();
  });

  it('say when there was none', async () => {
    await details(bodies({ response: body(null, { content_type: null }) }));
    await userEvent.click(screen.getByTestId('bodies-response'));
    expect((await screen.findByTestId('body-empty')).textContent).toContain('Nothing was answered');
  });

  it.each([
    ['never kept', null],
    ['expired', bodies({ expires_at_ms: Date.now() - 1 })],
  ])('lead to the tokens when they were %s', async (_, kept) => {
    await details(kept);
    expect(screen.getByTestId('bodies-none').textContent).toContain('No bodies were kept.');
    expect(screen.getByTestId('bodies-how').getAttribute('href')).toBe('#/settings?tokens');
    expect(screen.queryByTestId('bodies')).toBeNull();
  });
});

describe('what is being kept', () => {
  it('is told above the log, and ended there', async () => {
    const until = Date.now() + HOUR;
    const backend = open(null, [
      clientView({ capture_until_ms: until }),
      clientView({ id: 'other', name: 'other' }),
      clientView({ id: 'gone', name: 'gone', revoked_at_ms: 1, capture_until_ms: until }),
    ]);
    const notice = await screen.findByTestId('bodies-keeping');
    expect(notice.textContent).toContain('Bodies of cursor are kept until');
    expect(within(notice).getAllByRole('listitem')).toHaveLength(1);
    await userEvent.click(screen.getByTestId('bodies-keeping-stop'));
    await waitFor(() => expect(screen.queryByTestId('bodies-keeping')).toBeNull());
    expect(backend.requestsOf('update_client')).toEqual([{ id: 'cursor-1', capture_minutes: 0 }]);
  });

  it('is not told when nothing is', async () => {
    open(null, [clientView()]);
    await screen.findByTestId('requests-row');
    expect(screen.queryByTestId('bodies-keeping')).toBeNull();
  });
});

describe('a long text', () => {
  it('is whole in its pieces, which end with a line', () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`).join('');
    const pieces = inPieces(lines);
    expect(pieces.join('')).toBe(lines);
    expect(pieces.every((piece) => piece.endsWith('\n') && piece.length <= 10_000)).toBe(true);
    expect(inPieces('')).toEqual([]);
  });

  it('is cut between two characters, never within one', () => {
    const faces = `x${'😀'.repeat(100_000)}`;
    expect(inPieces(faces).join('')).toBe(faces);
    const halves = [beginOf(faces), ...inPieces(faces)].filter((piece) => HALF.test(piece));
    expect(halves).toEqual([]);
    expect(beginOf('short')).toBe('short');
  });

  it('is JSON only when all of it is there', () => {
    expect(readableText('{"a":1}', false)).toBe('{\n  "a": 1\n}');
    expect(readableText('{"a":1}', true)).toBe('{"a":1}');
    expect(readableText('data: 1\n', false)).toBe('data: 1\n');
  });
});
