import { hashOf } from './router.svelte';

const PRICE = 'price';
const MODEL = 'model';

export interface PriceIntent {
  /** Id of the row to show. */
  price: string | null;
  /** Model to look for. */
  model: string | null;
}

/** The address of the models page with one price in view: what a request names as its price. */
export const hashOfPrice = (id: string): string =>
  hashOf('models', new URLSearchParams({ [PRICE]: id }).toString());

/** The address of the models page with the prices of one model. */
export const hashOfModel = (model: string): string =>
  hashOf('models', new URLSearchParams({ [MODEL]: model }).toString());

/** Reads what stands behind the `?`. */
export function readPriceIntent(intent: string | null): PriceIntent {
  const wanted = new URLSearchParams(intent ?? '');
  return { price: wanted.get(PRICE), model: wanted.get(MODEL) };
}
