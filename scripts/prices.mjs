// Writes the table of prices that ships with the program: src-tauri/crates/core/data/prices.json.
// The figures of .cn are a crawl of the vendor's console kept beside it; the changes since, the other
// units and the figures of .com stand below with their sources. A row that has shipped keeps its id
// and its figures: a new price is a new row, and the old one gets an `until`.
import { readFileSync, writeFileSync } from 'node:fs';

import { inClone } from './lib/paths.mjs';

const folder = inClone('src-tauri', 'crates', 'core', 'data');
const catalogue = JSON.parse(readFileSync(`${folder}/siliconflow-cn-models.json`, 'utf8'));

const AS_OF_COM = '2026-07-02';

const SOURCES = {
  catalogue: `${catalogue.source}, ${catalogue.as_of}`,
  docs: 'price notes of the documentation of siliconflow.cn, as of 2026-10',
  'models.dev': `models.dev, provider siliconflow, ${AS_OF_COM}`,
  notices: 'release notes of siliconflow.cn, 2026-06 to 2026-09',
};

/** First day on which a model was no longer offered the whole day: the day after the notice's. */
const RETIRED = {
  'nex-agi/Nex-N2-Pro': '2026-09-12',
  'Qwen/Qwen3.5-397B-A17B': '2026-09-12',
  'MiniMaxAI/MiniMax-M2.5': '2026-09-12',
  'Pro/MiniMaxAI/MiniMax-M2.5': '2026-09-12',
  'baidu/ERNIE-Image-Turbo': '2026-10-01',
};

const FLASH_NOTE = 'A notice of 2026-09-11 speaks of another change; its figures are not known.';

/** What the notices changed: from a day on these rows hold instead. */
const CHANGES = {
  'deepseek-ai/DeepSeek-V4-Pro': [
    { from: '2026-08-03', tokens: [{ input: '12', output: '24', cached: '1' }] },
  ],
  'deepseek-ai/DeepSeek-V4-Flash': [
    {
      from: '2026-09-01',
      hours: { from: '02:00', until: '08:00' },
      tokens: [{ input: '1.5', output: '4.5', cached: '0.15' }],
      note: FLASH_NOTE,
    },
    {
      from: '2026-09-01',
      hours: { from: '08:00', until: '02:00' },
      tokens: [{ input: '3', output: '9', cached: '0.3' }],
      note: FLASH_NOTE,
    },
  ],
};

/** Retired names that are answered by another model, which is what the bill names. */
const REDIRECTS = [
  { model: 'Pro/moonshotai/Kimi-K2.5', to: 'Pro/moonshotai/Kimi-K2.6', from: '2026-06-11' },
  { model: 'Pro/zai-org/GLM-5', to: 'Pro/zai-org/GLM-5.1', from: '2026-06-11' },
];

/** Not in the crawl. */
const OTHERS = [
  { model: 'Qwen/Qwen3-ASR-1.7B', second: '0.00022', source: 'docs' },
  { model: 'XingChenAGI/XingChenASR-V3.2*', second: '0', source: 'docs' },
];

/** US dollars per million tokens: input, output, cached input. */
const COM = [
  ['deepseek-ai/DeepSeek-V4-Pro', '1.74', '3.48', '0.145'],
  ['deepseek-ai/DeepSeek-V4-Flash', '0.14', '0.28', '0.028'],
  ['deepseek-ai/DeepSeek-V3.2', '0.27', '0.42'],
  ['deepseek-ai/DeepSeek-V3.1-Terminus', '0.27', '1'],
  ['deepseek-ai/DeepSeek-V3', '0.25', '1'],
  ['deepseek-ai/DeepSeek-R1', '0.5', '2.18'],
  ['zai-org/GLM-5.2', '1.4', '4.4'],
  ['zai-org/GLM-5.1', '1.4', '4.4'],
  ['zai-org/GLM-5', '0.95', '2.55'],
  ['zai-org/GLM-5V-Turbo', '1.2', '4'],
  ['zai-org/GLM-4.5-Air', '0.14', '0.86'],
  ['moonshotai/Kimi-K2.6', '0.77', '4', '0.2'],
  ['moonshotai/Kimi-K2.5', '0.45', '2.25'],
  ['MiniMaxAI/MiniMax-M2.5', '0.3', '1.2'],
  ['Qwen/Qwen3.6-27B', '0.3', '3.2'],
  ['Qwen/Qwen3.6-35B-A3B', '0.2', '1.6'],
  ['Qwen/Qwen3.5-397B-A17B', '0.39', '2.34'],
  ['Qwen/Qwen3.5-122B-A10B', '0.26', '2.08'],
  ['Qwen/Qwen3.5-27B', '0.25', '2'],
  ['Qwen/Qwen3.5-9B', '0.1', '0.15'],
  ['Qwen/Qwen3-Coder-480B-A35B-Instruct', '0.25', '1'],
  ['Qwen/Qwen3-Coder-30B-A3B-Instruct', '0.07', '0.28'],
  ['Qwen/Qwen3-32B', '0.14', '0.57'],
  ['Qwen/Qwen3-14B', '0.07', '0.28'],
  ['Qwen/Qwen3-8B', '0.06', '0.06'],
  ['Qwen/Qwen2.5-72B-Instruct', '0.59', '0.59'],
  ['Qwen/Qwen2.5-7B-Instruct', '0.05', '0.05'],
  ['ByteDance-Seed/Seed-OSS-36B-Instruct', '0.21', '0.57'],
  ['openai/gpt-oss-120b', '0.05', '0.45'],
  ['openai/gpt-oss-20b', '0.04', '0.18'],
  ['google/gemma-4-31B-it', '0.13', '0.4'],
  ['stepfun-ai/Step-3.5-Flash', '0.1', '0.3'],
  ['tencent/Hy3-preview', '0.066', '0.26', '0.029'],
  ['tencent/Hunyuan-A13B-Instruct', '0.14', '0.57'],
];

const rows = [
  ...catalogue.models.flatMap(listed),
  ...REDIRECTS.map(redirected),
  ...OTHERS.map((row) => named('cn', row)),
  ...COM.map(([model, input, output, cached]) =>
    named('com', { model, tokens: [{ input, output, cached }], source: 'models.dev' }),
  ),
];
const table = { schema: 1, as_of: { cn: catalogue.as_of, com: AS_OF_COM }, sources: SOURCES, rows };
writeFileSync(`${folder}/prices.json`, `${JSON.stringify(table, null, 2)}\n`);
console.log(`${rows.length} prices written to ${folder}/prices.json`);

/** The rows of a model of the crawl: as it was, then as the notices say. */
function listed(model) {
  const changes = CHANGES[model.id] ?? [];
  const first = named('cn', {
    model: model.id,
    until: changes[0]?.from ?? RETIRED[model.id],
    ...figures(model),
    source: 'catalogue',
  });
  const later = changes.map((change) =>
    named('cn', { model: model.id, ...change, source: 'notices' }),
  );
  return [first, ...later];
}

function redirected({ model, to, from }) {
  const target = catalogue.models.find(({ id }) => id === to);
  const note = `Answered by ${to} since then.`;
  return named('cn', { model, from, ...figures(target), source: 'notices', note });
}

/** The prices of a model of the crawl, in the order of the file's form. */
function figures(model) {
  return {
    tokens: model.cny_per_million_tokens?.map((tier) => ({
      from_input_tokens: tier.from_input_tokens || undefined,
      input: decimal(tier.input),
      output: decimal(tier.output),
      cached: decimal(tier.cached_input),
    })),
    image_tokens: decimal(model.cny_per_million_image_tokens),
    image: decimal(model.cny_per_image),
    clip: decimal(model.cny_per_video),
    thousand_bytes: decimal(model.cny_per_thousand_utf8_bytes),
  };
}

/** The figure as it was written; JavaScript prints the shortest text that reads as the same number. */
function decimal(figure) {
  return figure === null || figure === undefined ? undefined : String(figure);
}

/** With a name made of what tells the rows of a model apart. */
function named(site, { model, from, ...rest }) {
  const since = from ? `@${from}` : '';
  const hour = rest.hours ? `+${rest.hours.from}` : '';
  return { id: `${site}:${model}${since}${hour}`, site, model, from, ...rest };
}
