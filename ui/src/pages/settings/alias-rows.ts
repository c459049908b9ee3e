import type { ModelAlias } from '$lib/contract';

/** A row as it stands in the editor. */
export interface AliasRow {
  /** Tells rows apart while their names change. */
  id: number;
  name: string;
  /** Separated by commas. */
  models: string;
}

/** What is wrong with a row; the page has a text for each. */
export type AliasFault = 'name' | 'repeated' | 'empty' | 'model' | 'twice' | 'many' | 'loop';

/** Bounds of the contract's `SettingsPatch.aliases`. */
const LONGEST = 200;
const MOST_MODELS = 16;

let lastId = 0;

export const newRow = (name = '', models = ''): AliasRow => ({ id: ++lastId, name, models });

export const rowsOf = (aliases: readonly ModelAlias[]): AliasRow[] =>
  aliases.map(({ name, models }) => newRow(name, models.join(', ')));

/** The table that the rows say. */
export const aliasesOf = (rows: readonly AliasRow[]): ModelAlias[] =>
  rows.map((row) => ({ name: row.name.trim(), models: modelsOf(row) }));

/** Whether two tables say the same, in whatever order. */
export function isSame(one: readonly ModelAlias[], other: readonly ModelAlias[]): boolean {
  const sorted = (table: readonly ModelAlias[]): string =>
    JSON.stringify(table.map(({ name, models }) => [name, ...models]).sort(byName));
  return sorted(one) === sorted(other);
}

/** The first fault of each row that has one, by its id. */
export function faultsOf(rows: readonly AliasRow[]): Map<number, AliasFault> {
  const faults = new Map<number, AliasFault>();
  const names = rows.map((row) => row.name.trim());
  for (const [place, row] of rows.entries()) {
    const fault = faultOf(modelsOf(row), names, place);
    if (fault !== undefined) faults.set(row.id, fault);
  }
  return faults;
}

function faultOf(
  models: readonly string[],
  names: readonly string[],
  place: number,
): AliasFault | undefined {
  const name = names[place] ?? '';
  if (!isName(name)) return 'name';
  if (names.indexOf(name) < place) return 'repeated';
  if (models.length === 0) return 'empty';
  if (models.length > MOST_MODELS) return 'many';
  if (models.some((model) => !isName(model) || /[^\x21-\x7e]|\*/.test(model))) return 'model';
  if (models.some((model) => names.includes(model))) return 'loop';
  return new Set(models).size < models.length ? 'twice' : undefined;
}

/** Commas of either writing separate them. */
const modelsOf = (row: AliasRow): string[] =>
  row.models
    .split(/[,，]/)
    .map((model) => model.trim())
    .filter((model) => model !== '');

const isName = (text: string): boolean =>
  text !== '' && text.length <= LONGEST && !/[\s\p{Cc}"\\,]/u.test(text);

const byName = (one: readonly string[], other: readonly string[]): number =>
  (one[0] ?? '') < (other[0] ?? '') ? -1 : 1;
