import { hashOf } from './router.svelte';

const PRICE = 'price';

/** The address of the models page with one price in view: what a request names as its price. */
export const hashOfPrice = (id: string): string =>
  hashOf('models', new URLSearchParams({ [PRICE]: id }).toString());

/** The id of the price to show, of what stands behind the `?`. */
export const readPriceIntent = (intent: string | null): string | null =>
  new URLSearchParams(intent ?? '').get(PRICE);
