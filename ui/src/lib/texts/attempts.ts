import type { Choice, Left } from '$lib/contract';
import { m } from '$lib/paraglide/messages';
import type { Tone, Wording } from './states';

/** Why an account was chosen. */
export const CHOICE: Record<Choice, () => string> = {
  owner: m.choice_owner,
  session: m.choice_session,
  strategy: m.choice_strategy,
  retry: m.choice_retry,
};

const left = (tone: Tone, text: () => string, hint: () => string): Wording => ({
  tone,
  text,
  hint,
});

/** Why an account was left. */
export const LEFT: Record<Left, Wording> = {
  rejected: left('warn', m.left_rejected, m.left_rejected_hint),
  key_unauthorized: left('bad', m.left_key_unauthorized, m.left_key_unauthorized_hint),
  account_exhausted: left('warn', m.left_account_exhausted, m.left_account_exhausted_hint),
  paid_only: left('warn', m.left_paid_only, m.left_paid_only_hint),
  model_restricted: left('warn', m.left_model_restricted, m.left_model_restricted_hint),
  account_restricted: left('warn', m.left_account_restricted, m.left_account_restricted_hint),
  rate_limited: left('warn', m.left_rate_limited, m.left_rate_limited_hint),
  model_busy: left('warn', m.left_model_busy, m.left_model_busy_hint),
  upstream_failed: left('bad', m.left_upstream_failed, m.left_upstream_failed_hint),
  broken: left('bad', m.left_broken, m.left_broken_hint),
  redirected: left('bad', m.left_redirected, m.left_redirected_hint),
  not_sent: left('bad', m.left_not_sent, m.left_not_sent_hint),
  no_answer: left('bad', m.left_no_answer, m.left_no_answer_hint),
  timed_out: left('bad', m.left_timed_out, m.left_timed_out_hint),
  client_gone: left('neutral', m.left_client_gone, m.left_client_gone_hint),
};
