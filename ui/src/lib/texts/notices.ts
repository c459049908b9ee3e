import type { Notice } from '$lib/contract';
import type { Formats } from '$lib/format/formats';
import { m } from '$lib/paraglide/messages';

/** What the program wants the user to know at once, in a sentence. */
export function noticeText(notice: Notice, formats: Formats): string {
  switch (notice.kind) {
    case 'low_balance':
      return m.notice_low_balance({
        account: notice.account,
        amount: formats.money(notice.nano, notice.currency),
      });
    case 'all_keys_down':
      return m.notice_all_keys_down();
    case 'keys_are_back':
      return formats.plural(
        notice.usable,
        m.notice_keys_are_back_one,
        m.notice_keys_are_back_other,
      )({ count: formats.number(notice.usable) });
    case 'budget_near':
      return m.notice_budget_near({
        name: notice.name,
        spent: formats.money(notice.spent_nano, notice.currency),
        limit: formats.money(notice.limit_nano, notice.currency),
      });
    case 'budget_spent':
      return m.notice_budget_spent({
        name: notice.name,
        limit: formats.money(notice.limit_nano, notice.currency),
        time: formats.dateTime(notice.resets_at_ms),
      });
  }
}

/** Whether it is good news. */
export const isGoodNews = (notice: Notice): boolean => notice.kind === 'keys_are_back';
