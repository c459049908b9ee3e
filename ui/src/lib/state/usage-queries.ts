import { createQuery, keepPreviousData } from '@tanstack/svelte-query';
import type { UsageDimension } from '$lib/contract';
import { getBackend } from './context';
import type { Span } from './periods';

/** How many parts of a breakdown the overview shows. */
export const SHARES_SHOWN = 8;
/** How many names a filter offers. */
const CHOICES = 500;
/** Balances are events of their own, but a rate goes down with time alone. */
const BURN_EVERY_MS = 60_000;
/** New names appear seldom, and asking for them with every request would be a waste. */
const CHOICES_EVERY_MS = 30_000;

/** The name of this computer's time zone, where the browser knows it. */
function timeZone(): { time_zone?: string } {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  return name === undefined ? {} : { time_zone: name };
}

/** The sums of a time; while another one is read, those of the last stay. */
export function usageOverviewQuery(span: () => Span) {
  const backend = getBackend();
  return createQuery(() => {
    const { from_ms, to_ms } = span();
    return {
      queryKey: ['requests', 'overview', from_ms, to_ms],
      queryFn: () => backend.call('usage_overview', { from_ms, to_ms }),
      placeholderData: keepPreviousData,
    };
  });
}

export function usageSeriesQuery(span: () => Span) {
  const backend = getBackend();
  return createQuery(() => {
    const { from_ms, to_ms, step } = span();
    return {
      queryKey: ['requests', 'series', from_ms, to_ms, step],
      queryFn: () => backend.call('usage_series', { from_ms, to_ms, step, ...timeZone() }),
      placeholderData: keepPreviousData,
    };
  });
}

export function usageBreakdownQuery(by: () => UsageDimension, span: () => Span) {
  const backend = getBackend();
  return createQuery(() => {
    const { from_ms, to_ms } = span();
    const request = { by: by(), from_ms, to_ms, limit: SHARES_SHOWN };
    return {
      queryKey: ['requests', 'breakdown', request.by, from_ms, to_ms],
      queryFn: () => backend.call('usage_breakdown', request),
      placeholderData: keepPreviousData,
    };
  });
}

export function burnRateQuery() {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: ['keys', 'burn'],
    queryFn: () => backend.call('burn_rate', {}),
    refetchInterval: BURN_EVERY_MS,
  }));
}

/** Every name that requests ever had, to filter by. Not a topic's: no event makes it stale. */
export function filterChoicesQuery(by: UsageDimension) {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: ['filter-choices', by],
    queryFn: () => backend.call('usage_breakdown', { by, limit: CHOICES }),
    staleTime: CHOICES_EVERY_MS,
    refetchInterval: CHOICES_EVERY_MS,
  }));
}

/** What each model was used, beside its price. */
const MOST_MODELS = 1_000;

export function modelUseQuery(span: () => Pick<Span, 'from_ms' | 'to_ms'>) {
  const backend = getBackend();
  return createQuery(() => {
    const { from_ms, to_ms } = span();
    return {
      queryKey: ['requests', 'model-use', from_ms, to_ms],
      queryFn: () =>
        backend.call('usage_breakdown', { by: 'model', from_ms, to_ms, limit: MOST_MODELS }),
      placeholderData: keepPreviousData,
    };
  });
}

/**
 * Everything about one request; read anew when it is opened again, as its cost may be corrected,
 * and forgotten when it is closed, as its bodies are long and may have been removed.
 */
export function requestDetailsQuery(id: () => number) {
  const backend = getBackend();
  return createQuery(() => ({
    queryKey: ['request', id()],
    queryFn: () => backend.call('get_request', { id: id() }),
    staleTime: 0,
    gcTime: 0,
  }));
}
