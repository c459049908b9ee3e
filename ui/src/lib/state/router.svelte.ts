export const PAGES = ['overview', 'keys', 'requests', 'models', 'settings'] as const;
export type Page = (typeof PAGES)[number];

/** Where the address lives; a test passes its own. */
export interface AddressBar {
  read(): string;
  write(hash: string): void;
  watch(listener: () => void): () => void;
}

export const windowAddress: AddressBar = {
  read: () => window.location.hash,
  write: (hash) => {
    window.location.hash = hash;
  },
  watch: (listener) => {
    window.addEventListener('hashchange', listener);
    return () => window.removeEventListener('hashchange', listener);
  },
};

export interface Route {
  page: Page;
  /** What stands behind the `?`, e.g. `import` in `#/keys?import`. */
  intent: string | null;
}

const isPage = (name: string): name is Page => (PAGES as readonly string[]).includes(name);

/** Reads `#/page?intent`; anything unknown is the overview. */
export function parseHash(hash: string): Route {
  const [path = '', intent = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const page = path.split('/', 1)[0] ?? '';
  return { page: isPage(page) ? page : 'overview', intent: intent === '' ? null : intent };
}

export function hashOf(page: Page, intent?: string): string {
  return intent === undefined ? `#/${page}` : `#/${page}?${intent}`;
}

/** The hash router: `page` follows the address bar, back and forward work. */
export class Router {
  readonly #address: AddressBar;
  #route = $state<Route>({ page: 'overview', intent: null });

  constructor(address: AddressBar = windowAddress) {
    this.#address = address;
    this.#route = parseHash(address.read());
  }

  get page(): Page {
    return this.#route.page;
  }

  get intent(): string | null {
    return this.#route.intent;
  }

  /** Follows the address bar until the returned function is called. */
  start(): () => void {
    return this.#address.watch(() => {
      this.#route = parseHash(this.#address.read());
    });
  }

  go(page: Page, intent?: string): void {
    this.#address.write(hashOf(page, intent));
    this.#route = parseHash(this.#address.read());
  }

  /** Forgets the intent once it is acted on, so that going back does not repeat it. */
  settle(): void {
    if (this.#route.intent !== null) this.go(this.#route.page);
  }
}
