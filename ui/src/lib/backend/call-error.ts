import type { ApiError, ErrorCode, PriceFault } from '$lib/contract';

/** The contract's codes, and those that only a client can notice. */
export type FailureCode = ErrorCode | 'unreachable' | 'unwritable';

const CODES: Record<ErrorCode, true> = {
  invalid_request: true,
  nothing_to_import: true,
  import_too_large: true,
  import_running: true,
  import_expired: true,
  not_found: true,
  vault_locked: true,
  vault_unavailable: true,
  storage: true,
  invalid_setting: true,
  changed_meanwhile: true,
  port_taken: true,
  unauthorized: true,
  too_many_attempts: true,
  token_revoked: true,
  unknown_command: true,
  desktop_only: true,
  internal: true,
};

/** A failed call: the code picks the text, the message is for bug reports. */
export class CallError extends Error {
  readonly code: FailureCode;
  /** What is wrong with a price that was refused. */
  readonly priceFault: PriceFault | undefined;

  constructor(code: FailureCode, message: string, priceFault?: PriceFault) {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.priceFault = priceFault;
  }
}

const isApiError = (value: unknown): value is ApiError =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  typeof value.code === 'string' &&
  value.code in CODES &&
  'message' in value &&
  typeof value.message === 'string';

/** Reads an `ApiError`, bare or as `{"error": …}`; anything else counts as a bug. */
export function callError(value: unknown): CallError {
  if (value instanceof CallError) return value;
  if (isApiError(value)) return told(value);
  if (typeof value === 'object' && value !== null && 'error' in value && isApiError(value.error)) {
    return told(value.error);
  }
  return new CallError('internal', describe(value));
}

const told = ({ code, message, price_fault }: ApiError): CallError =>
  new CallError(code, message, price_fault);

function describe(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : 'unreadable answer';
}
