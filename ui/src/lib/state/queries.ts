import { createQuery, QueryClient } from '@tanstack/svelte-query';
import { CallError } from '$lib/backend/call-error';
import type { Topic } from '$lib/contract';
import { getBackend } from './context';

/** Cache keys, the topic first: a `changed` event makes everything under its topic stale. */
export const QUERY = {
  status: ['status', 'gateway'],
  token: ['settings', 'token'],
  keys: ['keys', 'list'],
  latest: ['requests', 'latest'],
  clients: ['clients', 'list'],
  settings: ['settings', 'all'],
  autostart: ['settings', 'autostart'],
  prices: ['settings', 'prices'],
} as const satisfies Record<string, readonly [Topic, string]>;

const RETRIES = 2;
const LATEST_ROWS = 6;

/** A cache in which nothing ages by itself: events say what to read again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        networkMode: 'always',
        refetchOnReconnect: false,
        retry: (count, error) =>
          count < RETRIES && error instanceof CallError && error.code === 'unreachable',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function statusQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.status,
    queryFn: () => backend.call('gateway_status', {}),
  }));
}

export function tokenQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.token,
    queryFn: () => backend.call('client_token', {}),
  }));
}

export function keysQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.keys,
    queryFn: () => backend.call('list_keys', {}),
  }));
}

export function latestRequestsQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.latest,
    queryFn: () => backend.call('list_requests', { before: null, limit: LATEST_ROWS }),
  }));
}

/** What is spent of the budgets is read again while it is shown. */
const CLIENTS_EVERY_MS = 15_000;

export function clientsQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.clients,
    queryFn: () => backend.call('list_clients', {}),
    refetchInterval: CLIENTS_EVERY_MS,
  }));
}

export function settingsQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.settings,
    queryFn: () => backend.call('get_settings', {}),
  }));
}

export function pricesQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: QUERY.prices,
    queryFn: () => backend.call('list_prices', {}),
  }));
}
