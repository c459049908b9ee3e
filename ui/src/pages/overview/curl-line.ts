/** Free of charge at SiliconFlow, so the first call costs nothing. */
const MODEL = 'Qwen/Qwen3-8B';

/** A chat by curl that runs in every POSIX shell and, on one line, in PowerShell 7 and cmd. */
export function curlLine(baseUrl: string, token: string | null): string {
  const body = { model: MODEL, messages: [{ role: 'user', content: 'Hello!' }] };
  return [
    `curl ${baseUrl}/chat/completions`,
    ...(token === null ? [] : [`  -H "Authorization: Bearer ${token}"`]),
    '  -H "Content-Type: application/json"',
    `  -d '${JSON.stringify(body)}'`,
  ].join(' \\\n');
}
