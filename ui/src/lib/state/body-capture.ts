import type { QueryClient } from '@tanstack/svelte-query';
import type { Backend } from '$lib/backend/backend';
import type { ClientView } from '$lib/contract';
import type { Clock } from './clock.svelte';
import { QUERY } from './queries';

/** How long bodies can be kept at a time, in minutes; the contract allows a week at most. */
export const KEEP_MINUTES = [15, 60, 1_440, 10_080] as const;

/** Until when the bodies of a token's requests are kept; null when they are not, or no longer. */
export function keptUntil(token: ClientView, clock: Clock): number | null {
  const until = token.capture_until_ms;
  // The clock ticks for those alone that have something to wait for.
  if (until === null || token.revoked_at_ms !== null) return null;
  return clock.second < until ? until : null;
}

/** Keeps bodies for so many minutes from now; 0 ends it. Fails with a `CallError`. */
export async function keepBodies(
  backend: Backend,
  client: QueryClient,
  id: string,
  minutes: number,
): Promise<void> {
  await backend.call('update_client', { id, capture_minutes: minutes });
  await client.invalidateQueries({ queryKey: QUERY.clients });
}
