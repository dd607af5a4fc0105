/** One capability of docs/reference/checklist.md. */
export interface ChecklistRow {
  readonly number: number
  readonly capability: string
  readonly criterion: string
  /** The heading it stands under. */
  readonly group: string
}

export const checklistFile = 'docs/reference/checklist.md'

/** Reads the table. Throws when a number is missing or twice, because tests refer to rows by number. */
export function parseChecklist(page: string): ChecklistRow[] {
  const rows: ChecklistRow[] = []
  let group = ''
  for (const line of page.split('\n')) {
    const [, number, capability = '', criterion = ''] = line.split('|').map((cell) => cell.trim())
    if (!line.startsWith('|') || number === '#' || number?.startsWith('---')) continue
    if (number === '') group = capability.replaceAll('*', '')
    else rows.push({ number: Number(number), capability, criterion, group })
  }
  const wrong = rows.find((row, index) => row.number !== index + 1)
  if (wrong) throw new Error(`${checklistFile}: row ${wrong.number} ("${wrong.capability}") is out of order`)
  return rows
}
