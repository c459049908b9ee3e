import type { LeftOut } from '$lib/contract';
import { m } from '$lib/paraglide/messages';

/** Why there is no text of a body. */
export const LEFT_OUT: Record<LeftOut, () => string> = {
  binary: m.requests_body_binary,
  compressed: m.requests_body_compressed,
  crowded: m.requests_body_crowded,
};
