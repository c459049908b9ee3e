import type { Answers } from './fake-backend';
import type {
  AttemptView,
  Percentiles,
  RequestDetails,
  RequestView,
  SeriesPoint,
  UsageOverview,
  UsageShare,
  UsageTotals,
} from '$lib/contract';

/** Sample values of the statistics; a test changes what it is about. */
export const usageTotals = (change: Partial<UsageTotals> = {}): UsageTotals => ({
  calls: 0,
  failed: 0,
  attempts: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  calls_without_usage: 0,
  calls_without_cost: 0,
  calls_with_cost: 0,
  calls_cost_incomplete: 0,
  cost: { cny_nano: 0, usd_nano: 0 },
  saved: { cny_nano: 0, usd_nano: 0 },
  images: 0,
  clips: 0,
  bytes: 0,
  sound_ms: 0,
  ...change,
});

export const percentiles = (change: Partial<Percentiles> = {}): Percentiles => ({
  calls: 0,
  p50_ms: null,
  p90_ms: null,
  p95_ms: null,
  p99_ms: null,
  ...change,
});

export const usageOverview = (
  totals: UsageTotals = usageTotals(),
  change: Partial<UsageOverview> = {},
): UsageOverview => ({
  totals,
  rates: {
    success_rate: totals.calls === 0 ? null : (totals.calls - totals.failed) / totals.calls,
    cached_share: totals.prompt_tokens === 0 ? null : totals.cached_tokens / totals.prompt_tokens,
    tokens_per_second: null,
  },
  first_byte: percentiles(),
  duration: percentiles(),
  ...change,
});

export const seriesPoint = (start_ms: number, totals: Partial<UsageTotals> = {}): SeriesPoint => ({
  label: '',
  start_ms,
  end_ms: start_ms + 3_600_000,
  totals: usageTotals(totals),
});

export const usageShare = (name: string, totals: Partial<UsageTotals> = {}): UsageShare => ({
  name,
  label: name,
  totals: usageTotals(totals),
  rates: { success_rate: null, cached_share: null, tokens_per_second: null },
  first_byte: null,
  duration: null,
});

export const attemptView = (change: Partial<AttemptView> = {}): AttemptView => ({
  account: 'work',
  account_id: 'account-1',
  model: 'Qwen/Qwen3-8B',
  after_ms: 0,
  chosen: 'strategy',
  status: 200,
  vendor_code: null,
  headers_ms: 100,
  first_byte_ms: 120,
  end_ms: 800,
  left: null,
  ...change,
});

export const requestDetails = (
  request: RequestView,
  attempts: AttemptView[] = [attemptView()],
): RequestDetails => ({ request, attempts, bodies: null });

/** The statistics of somebody who never called anything. */
export const usageAnswers = (): Answers => ({
  usage_overview: () => usageOverview(),
  usage_series: ({ step }) => ({ step, time_zone: 'UTC', points: [seriesPoint(0)] }),
  usage_breakdown: ({ by }) => ({ by, shares: [] }),
  burn_rate: () => ({ accounts: [] }),
});
