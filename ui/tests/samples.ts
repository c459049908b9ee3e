import type {
  DayUsage,
  GatewayStatus,
  KeyView,
  RequestView,
  SettingsView,
  UsageToday,
} from '$lib/contract';

/** Sample values of the contract; a test changes what it is about. */
export const keyView = (change: Partial<KeyView> = {}): KeyView => ({
  id: 'key-1',
  label: 'work',
  account: 'work',
  account_id: 'account-1',
  site: {
    name: 'cn',
    base: 'https://api.siliconflow.cn/v1',
    follows_settings: true,
    currency: 'CNY',
  },
  enabled: true,
  weight: 1,
  last_four: 'a1b2',
  state: 'usable',
  reason: null,
  cooling: [],
  balance: null,
  usage_count: 3,
  in_flight: 0,
  added_at_ms: 1_000,
  last_used_at_ms: null,
  ...change,
});

export const requestView = (id: number, change: Partial<RequestView> = {}): RequestView => ({
  id,
  request_id: `request-${id}`,
  started_at_ms: 1_760_000_000_000 + id * 1_000,
  route: 'chat/completions',
  model: 'Qwen/Qwen3-8B',
  model_used: null,
  client: 'default',
  account: 'work',
  key_last_four: 'a1b2',
  stream: false,
  status: 200,
  outcome: 'success',
  error: null,
  attempts: 1,
  prompt_tokens: 10,
  completion_tokens: 5,
  cached_tokens: 0,
  first_byte_ms: 120,
  duration_ms: 800,
  ...change,
});

export const gatewayStatus = (change: Partial<GatewayStatus> = {}): GatewayStatus => ({
  host: 'server',
  version: '0.1.0',
  gateway: { state: 'running' },
  base_url: 'http://localhost:7898/v1',
  upstream: 'https://api.siliconflow.cn/v1',
  token_required: true,
  keys: {
    total: 1,
    usable: 1,
    cooling: 0,
    exhausted: 0,
    restricted: 0,
    unauthorized: 0,
    unreadable: 0,
    disabled: 0,
  },
  vault: { kind: 'keychain', state: 'ready', warning: null },
  in_flight: 0,
  dropped_records: 0,
  started_at_ms: 0,
  ...change,
});

export const dayUsage = (change: Partial<DayUsage> = {}): DayUsage => ({
  calls: 0,
  failed: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  cached_tokens: 0,
  calls_without_usage: 0,
  ...change,
});

export const usageToday = (change: Partial<UsageToday> = {}): UsageToday => ({
  since_ms: 0,
  total: dayUsage(),
  models: [],
  calls_by_hour: Array<number>(24).fill(0),
  tokens_by_hour: Array<number>(24).fill(0),
  ...change,
});

export const settingsView = (change: Partial<SettingsView> = {}): SettingsView => ({
  port: 7898,
  upstream: 'https://api.siliconflow.cn/v1',
  require_token: true,
  language: 'en',
  theme: 'light',
  first_byte_s: 600,
  stream_idle_s: 300,
  max_attempts: 32,
  aliases: [{ name: 'gpt-4o', models: ['Qwen/Qwen3.6-35B-A3B', 'zai-org/GLM-5.2'] }],
  shipped_aliases: [{ name: 'gpt-4o', models: ['Qwen/Qwen3.6-35B-A3B', 'zai-org/GLM-5.2'] }],
  alias_faults: [],
  overridden: [],
  warning: null,
  ...change,
});
