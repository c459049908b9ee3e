import { describe, expect, it } from 'vitest';
import { hashOf, parseHash, Router, type AddressBar } from '$lib/state/router.svelte';

class FakeAddress implements AddressBar {
  hash = '';
  listener: (() => void) | null = null;

  read(): string {
    return this.hash;
  }

  write(hash: string): void {
    this.hash = hash;
  }

  watch(listener: () => void): () => void {
    this.listener = listener;
    return () => (this.listener = null);
  }

  /** What back, forward and typing do. */
  visit(hash: string): void {
    this.hash = hash;
    this.listener?.();
  }
}

describe('addresses', () => {
  it.each([
    ['', 'overview', null],
    ['#/keys', 'keys', null],
    ['#/keys?import', 'keys', 'import'],
    ['#requests', 'requests', null],
    ['#/settings/extra', 'settings', null],
    ['#/../../etc', 'overview', null],
    ['#/constructor', 'overview', null],
  ])('%s is %s', (hash, page, intent) => {
    expect(parseHash(hash)).toEqual({ page, intent });
  });

  it('are written the way they are read', () => {
    expect(parseHash(hashOf('keys', 'import'))).toEqual({ page: 'keys', intent: 'import' });
  });
});

describe('the router', () => {
  it('writes the address and follows it', () => {
    const address = new FakeAddress();
    const router = new Router(address);
    const stop = router.start();
    router.go('keys', 'import');
    expect(address.hash).toBe('#/keys?import');
    expect([router.page, router.intent]).toEqual(['keys', 'import']);
    router.settle();
    expect(address.hash).toBe('#/keys');
    address.visit('#/requests');
    expect(router.page).toBe('requests');
    stop();
    address.visit('#/settings');
    expect(router.page).toBe('requests');
  });
});
