/** One row of a table of ratios: a name and a figure, the floor being 1. */
export interface Row {
  readonly name: string
  readonly figure: number
  readonly note?: string
}

/** The middle value; benchmarks quote medians because the machine is noisy. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('a median needs at least one value')
  return middle
}

const ratio = (value: number): string =>
  value < 10 ? `${value.toFixed(2)}×` : `${Math.round(value).toLocaleString('en')}×`

const readable = (figure: number): string => (figure < 10 ? figure.toFixed(2) : Math.round(figure).toLocaleString('en'))

/** A Markdown table with every row as a ratio to the first one, the floor. */
export function ratioTable(title: string, unit: string, rows: readonly Row[]): string {
  const floor = rows[0]?.figure ?? 1
  const lines = rows.map(
    ({ name, figure, note }) => `| ${name} | ${readable(figure)} ${unit} | ${ratio(figure / floor)} | ${note ?? ''} |`,
  )
  return [`### ${title}`, '', '| | measured | ratio | |', '| --- | ---: | ---: | --- |', ...lines, ''].join('\n')
}
