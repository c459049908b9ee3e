import type {
  Commands,
  DesktopCommands,
  Event as BackendEvent,
  ExportFormat,
  RequestFilter,
} from '$lib/contract';

export type { BackendEvent };
export type Bytes = Uint8Array<ArrayBuffer>;
export type Listener = (event: BackendEvent) => void;
/** Ends a subscription. */
export type Unsubscribe = () => void;

type Call<Table extends { [Name in keyof Table]: { request: unknown; response: unknown } }> = <
  Name extends keyof Table & string,
>(
  name: Name,
  request: Table[Name]['request'],
) => Promise<Table[Name]['response']>;

/** What only the desktop shell can do. */
export interface Desktop {
  call: Call<DesktopCommands>;
  /** Tells the shell that the hidden window may be shown. */
  painted(): Promise<void>;
}

/** The login of the web console. The desktop window needs none. */
export interface Session {
  readonly signedIn: boolean;
  /** Fails with a `CallError`. */
  signIn(username: string, password: string): Promise<void>;
  signOut(): Promise<void>;
  /** Calls back whenever `signedIn` may have changed. */
  watch(listener: () => void): Unsubscribe;
}

/** Files that a browser is given; the desktop shell writes them itself. */
export interface Downloads {
  /** The log as it comes, which may be long. Fails with a `CallError`, and so does the stream. */
  requests(format: ExportFormat, filter: RequestFilter): Promise<ReadableStream<Bytes>>;
}

/**
 * Everything the UI may ask of the program. Calls fail with a `CallError` and nothing else.
 * Events are hints to read again: a connection that is lost is reported as `status`, and every
 * topic when it is back.
 */
export interface Backend {
  readonly kind: 'desktop' | 'web';
  call: Call<Commands>;
  subscribe(listener: Listener): Unsubscribe;
  readonly desktop?: Desktop;
  readonly session?: Session;
  readonly downloads?: Downloads;
}
