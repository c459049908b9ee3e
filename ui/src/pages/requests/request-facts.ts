import type { RequestView, UnitsView } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';
import { hashOfPrice } from '$lib/state/price-intent';
import { routeText } from '$lib/texts/usage';
import { costText } from './cost-text';

export interface Fact {
  /** Names it in tests. */
  id: string;
  name: string;
  text: string;
  hint?: string;
  /** Where more is told about it. */
  href?: string;
}

type Format = (value: number) => string;

const known = (value: number | null, format: Format): string =>
  value === null ? m.common_unknown() : format(value);

/** What was asked, by whom, and who answered. */
export function callFacts(request: RequestView, formats: Formats): Fact[] {
  const { model_used, key_last_four, first_byte_ms } = request;
  return [
    { id: 'route', name: m.requests_detail_route(), text: routeText(request.route) },
    { id: 'status', name: m.requests_detail_status(), text: statusText(request) },
    {
      id: 'stream',
      name: m.requests_detail_stream(),
      text: request.stream ? m.requests_yes() : m.requests_no(),
    },
    { id: 'model', name: m.requests_detail_model(), text: request.model ?? m.requests_no_model() },
    ...(model_used === null
      ? []
      : [{ id: 'model-used', name: m.requests_detail_model_used(), text: model_used }]),
    { id: 'client', name: m.requests_column_client(), text: request.client },
    {
      id: 'tool',
      name: m.requests_detail_tool(),
      text: request.user_agent ?? m.common_unknown(),
    },
    { id: 'account', name: m.requests_detail_account(), text: request.account ?? '—' },
    {
      id: 'key',
      name: m.requests_detail_key(),
      text: key_last_four === null ? '—' : `sk-…${key_last_four}`,
    },
    {
      id: 'first-byte',
      name: m.requests_column_first_byte(),
      text: first_byte_ms === null ? '—' : formats.duration(first_byte_ms),
    },
    {
      id: 'duration',
      name: m.requests_column_duration(),
      text: formats.duration(request.duration_ms),
    },
  ];
}

function statusText({ status, vendor_code }: RequestView): string {
  return vendor_code === null
    ? String(status)
    : m.requests_status_code({ status: String(status), code: String(vendor_code) });
}

/** What was counted, and what it cost. What nobody told is "unknown", never 0. */
export function usageFacts(request: RequestView, formats: Formats): Fact[] {
  return [
    ...tokenFacts(request, formats),
    ...unitFacts(request.units, formats),
    ...costFacts(request, formats),
  ];
}

function tokenFacts(request: RequestView, formats: Formats): Fact[] {
  const { prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens } = request;
  const told = [prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens];
  if (told.every((tokens) => tokens === null)) return untoldFacts(request, formats);
  const fact = (id: string, name: string, tokens: number | null): Fact => ({
    id,
    name,
    text: known(tokens, formats.number),
  });
  return [
    fact('prompt', m.overview_prompt_tokens(), prompt_tokens),
    fact('completion', m.overview_completion_tokens(), completion_tokens),
    fact('cached', m.requests_detail_cached(), cached_tokens),
    fact('reasoning', m.requests_detail_reasoning(), reasoning_tokens),
  ];
}

function untoldFacts(request: RequestView, formats: Formats): Fact[] {
  const { cost_state, units, estimated_tokens } = request;
  const fact = { id: 'tokens', name: m.requests_detail_tokens() };
  if (estimated_tokens !== null) {
    const text = m.requests_estimate({ count: formats.number(estimated_tokens) });
    return [{ ...fact, text, hint: m.requests_tokens_estimated() }];
  }
  // A picture, a list of models or a refusal has no tokens that anybody could tell.
  const isCounted = Object.values(units).some((count) => count !== null);
  const hasNone = isCounted || cost_state === 'unbilled' || cost_state === 'priceless';
  if (hasNone) return [];
  return [{ ...fact, text: m.common_unknown(), hint: m.requests_tokens_unknown() }];
}

function unitFacts(units: UnitsView, formats: Formats): Fact[] {
  const rows: [string, string, number | null, Format][] = [
    ['image-tokens', m.requests_unit_image_tokens(), units.image_tokens, formats.number],
    ['images', m.requests_unit_images(), units.images, formats.number],
    ['clips', m.requests_unit_clips(), units.clips, formats.number],
    ['bytes', m.requests_unit_bytes(), units.bytes, formats.number],
    ['sound', m.requests_unit_sound(), units.sound_ms, formats.duration],
  ];
  return rows.flatMap(([id, name, count, format]) =>
    count === null ? [] : [{ id, name, text: format(count) }],
  );
}

function costFacts(request: RequestView, formats: Formats): Fact[] {
  const { cost, cost_state } = request;
  const { text, hint, known: isKnown } = costText(request, formats);
  const fact = { id: 'cost', name: m.requests_column_cost(), hint };
  if (cost === null) return [{ ...fact, text: isKnown ? hint : m.common_unknown() }];
  const mark = cost_state === 'incomplete' ? ` (${m.requests_incomplete()})` : '';
  return [
    { ...fact, text: `${text}${mark}` },
    {
      id: 'price',
      name: m.requests_detail_price(),
      text: cost.price,
      href: hashOfPrice(cost.price),
    },
    ...(cost.saved_nano === null || cost.saved_nano === 0
      ? []
      : [
          {
            id: 'saved',
            name: m.requests_detail_saved(),
            text: formats.cost(cost.saved_nano, cost.currency),
          },
        ]),
  ];
}
