import type { Session } from '$lib/backend/backend';

/** The login as pages see it. Without a session of its own (desktop) it is always open. */
export class SessionState {
  readonly #session: Session | undefined;
  #signedIn = $state(true);
  #expired = $state(false);
  /** The user asked for it. */
  #leaving = false;

  constructor(session: Session | undefined) {
    this.#session = session;
    this.#signedIn = session?.signedIn ?? true;
  }

  get signedIn(): boolean {
    return this.#signedIn;
  }

  /** The login ended by itself: it was too old, or the program started again. */
  get expired(): boolean {
    return this.#expired;
  }

  get canSignOut(): boolean {
    return this.#session !== undefined;
  }

  start(): () => void {
    const session = this.#session;
    if (session === undefined) return () => undefined;
    return session.watch(() => {
      // Every call that was under way reports the end once more.
      if (session.signedIn) this.#expired = false;
      else if (this.#signedIn) this.#expired = !this.#leaving;
      this.#signedIn = session.signedIn;
    });
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.#session?.signIn(username, password);
  }

  async signOut(): Promise<void> {
    this.#leaving = true;
    try {
      await this.#session?.signOut();
    } finally {
      this.#leaving = false;
    }
  }
}
