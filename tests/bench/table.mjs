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

/** Rates and percentiles of every scenario, with the ratio to nginx. */
export function ratesTable(results) {
  const lines = [
    row(['scenario', 'direct', 'nginx', 'Flowkeep', 'Flowkeep ÷ nginx', 'target']),
    row(['---', '---:', '---:', '---:', '---:', '---:']),
  ];
  for (const { label, direct, nginx, flowkeep, ratio, target, digits } of results) {
    const cells = [direct, nginx, flowkeep].map((value) =>
      value === null ? '–' : number(value, digits),
    );
    lines.push(row([label, ...cells, ratio === null ? '–' : `${number(ratio, 2)} ×`, target]));
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
