// The report of a run, as Markdown.

function number(value, digits = 0) {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

const COLUMNS = ['direct', 'nginx', 'bare', 'flowkeep'];

/** Rates and percentiles of every scenario, with the ratios to nginx and to a bare relay. */
export function ratesTable(results) {
  const heads = ['direct', 'nginx', 'bare relay', 'Flowkeep', '÷ bare relay', '÷ nginx'];
  const lines = [
    row(['scenario', ...heads, 'target (÷ nginx)']),
    row(['---', ...heads.map(() => '---:'), '---:']),
  ];
  for (const result of results) {
    const { label, target, digits, flowkeep } = result;
    const cells = COLUMNS.map((name) =>
      result[name] === null ? '–' : number(result[name], digits),
    );
    const ratios = [result.bare, result.nginx].map((other) => `${number(flowkeep / other, 2)} ×`);
    lines.push(row([label, ...cells, ...ratios, target]));
  }
  return lines.join('\n');
}

/** Puts `text` between the markers of a document. */
export function insert(document, text) {
  const begin = '<!-- bench:begin -->';
  const end = '<!-- bench:end -->';
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error('the document has no place for the table');
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
}
