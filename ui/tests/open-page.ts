import type { Component } from 'svelte';
import { render } from '@testing-library/svelte';
import type { Backend } from '$lib/backend/backend';
import { createQueryClient } from '$lib/state/queries';
import Harness from './Harness.svelte';

/** Renders a page with everything that `App` would give it. */
export function openPage(page: Component, backend: Backend) {
  return render(Harness, { backend, client: createQueryClient(), page });
}
