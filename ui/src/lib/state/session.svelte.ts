import type { Session } from '$lib/backend/backend';

/** The login as pages see it. Without a session of its own (desktop) it is always open. */
export class SessionState {
  readonly #session: Session | undefined;
  #signedIn = $state(true);

  constructor(session: Session | undefined) {
    this.#session = session;
    this.#signedIn = session?.signedIn ?? true;
  }

  get signedIn(): boolean {
    return this.#signedIn;
  }

  get canSignOut(): boolean {
    return this.#session !== undefined;
  }

  start(): () => void {
    const session = this.#session;
    if (session === undefined) return () => undefined;
    return session.watch(() => {
      this.#signedIn = session.signedIn;
    });
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.#session?.signIn(username, password);
  }

  async signOut(): Promise<void> {
    await this.#session?.signOut();
  }
}
