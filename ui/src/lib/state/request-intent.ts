import type { Period } from './periods';

/** Parts of the log's filter that name something. */
export const NAMED_PARTS = ['model', 'account', 'client', 'route'] as const;
export type NamedPart = (typeof NAMED_PARTS)[number];

export const SINCE = ['any', 'hour', 'today', 'days7', 'days30', 'month'] as const;
export type Since = (typeof SINCE)[number];

export interface RequestIntent {
  /** Id or name; empty lets everything through. */
  named: Record<NamedPart, string>;
  since: Since;
}

/** What stands behind the `?` of the requests page to see one name's requests: `model=…&since=days7`. */
export function requestIntent(part: NamedPart, name: string, period: Period): string {
  const since: Since = period === 'months12' ? 'any' : period;
  return new URLSearchParams({ [part]: name, since }).toString();
}

/** Reads that again; what is not understood lets everything through. */
export function readRequestIntent(intent: string | null): RequestIntent {
  const wanted = new URLSearchParams(intent ?? '');
  const named = { model: '', account: '', client: '', route: '' };
  for (const part of NAMED_PARTS) named[part] = wanted.get(part) ?? '';
  return { named, since: SINCE.find((since) => since === wanted.get('since')) ?? 'any' };
}
