import type { ClientLimits, ClientView } from '$lib/contract';
import { amountOf, nanoOf } from '$lib/format/money';
import { wholeNumber } from '$lib/format/whole-number';

export type TokenCurrency = 'CNY' | 'USD';

/** What stands in the fields of a token's dialog. */
export interface TokenForm {
  name: string;
  /** With commas or line ends between them; empty for all. */
  models: string;
  perMinute: string;
  currency: TokenCurrency;
  day: string;
  month: string;
}

export type TokenFault = 'name' | 'taken' | 'models' | 'per_minute' | 'day' | 'month';

const LONGEST_NAME = 64;
const LONGEST_MODEL = 200;
const MOST_PER_MINUTE = 1_000_000;

export const DEFAULT_TOKEN = 'default';

const isCurrency = (code: string): code is TokenCurrency => code === 'CNY' || code === 'USD';

/** The fields of a token, or of one that is to be made. */
export function formOf(client: ClientView | undefined): TokenForm {
  const limits = client?.limits;
  const budget = limits?.budget ?? null;
  const amount = (nano: number | null | undefined): string =>
    nano === null || nano === undefined ? '' : amountOf(nano);
  return {
    name: client?.name ?? '',
    models: (limits?.models ?? []).join(', '),
    perMinute: String(limits?.requests_per_minute ?? ''),
    currency: budget !== null && isCurrency(budget.currency) ? budget.currency : 'CNY',
    day: amount(budget?.day_nano),
    month: amount(budget?.month_nano),
  };
}

const modelsOf = (text: string): string[] =>
  text
    .split(/[,，\n]/)
    .map((model) => model.trim())
    .filter((model) => model !== '');

/** Undefined for what is no number above 0; null for nothing. */
function amount(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const nano = nanoOf(text);
  return nano === null || nano === 0 ? undefined : nano;
}

function perMinute(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const requests = wholeNumber(text.trim());
  return requests >= 1 && requests <= MOST_PER_MINUTE ? requests : undefined;
}

/** What is wrong with the fields; `others` are the names that are taken. */
export function faultsOf(form: TokenForm, others: readonly string[]): ReadonlySet<TokenFault> {
  const faults = new Set<TokenFault>();
  const name = form.name.trim();
  if (name === '' || [...name].length > LONGEST_NAME || /^(sk|fk)-/.test(name)) faults.add('name');
  if (others.includes(name)) faults.add('taken');
  const isModel = (model: string): boolean => !/\s/.test(model) && model.length <= LONGEST_MODEL;
  if (!modelsOf(form.models).every(isModel)) faults.add('models');
  if (perMinute(form.perMinute) === undefined) faults.add('per_minute');
  if (amount(form.day) === undefined) faults.add('day');
  if (amount(form.month) === undefined) faults.add('month');
  return faults;
}

/** The limits of fields without a fault. */
export function limitsOf(form: TokenForm): ClientLimits {
  const day = amount(form.day) ?? null;
  const month = amount(form.month) ?? null;
  return {
    models: modelsOf(form.models),
    requests_per_minute: perMinute(form.perMinute) ?? null,
    budget:
      day === null && month === null
        ? null
        : { currency: form.currency, day_nano: day, month_nano: month },
  };
}

/** A budget of a token and how it stands. */
export interface BudgetBar {
  period: 'day' | 'month';
  spent: number;
  limit: number;
  currency: string;
  resetsAt: number;
  level: 'fine' | 'near' | 'spent';
}

const NEAR = 0.8;

/** The budgets that a token has, the day's first. */
export function barsOf({ limits, spent }: ClientView): BudgetBar[] {
  const { budget } = limits;
  if (budget === null || spent === null) return [];
  const bar = (
    period: BudgetBar['period'],
    limit: number | null,
    used: number,
    resetsAt: number,
  ): BudgetBar[] => {
    if (limit === null) return [];
    const level = used >= limit ? 'spent' : used >= limit * NEAR ? 'near' : 'fine';
    return [{ period, spent: used, limit, currency: budget.currency, resetsAt, level }];
  };
  return [
    ...bar('day', budget.day_nano, spent.day_nano, spent.day_resets_at_ms),
    ...bar('month', budget.month_nano, spent.month_nano, spent.month_resets_at_ms),
  ];
}
