/** For the pages that tests hold: tables and lists of Markdown as the formatter leaves them. */

/** A table whose columns are as wide as their widest cell. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const whole = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) =>
    Math.max(3, ...whole.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? '';
      return cell + ' '.repeat(width - cell.length);
    });
    return `| ${padded.join(' | ')} |`;
  };
  const [first = [], ...rest] = whole;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(first), rule, ...rest.map(line)].join('\n');
}

/** `- one` */
export function listOf(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Blocks apart, one line end at the end. */
export function pageOf(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** `code` */
export function code(text: string): string {
  return `\`${text}\``;
}
