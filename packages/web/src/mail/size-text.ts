const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Octets as people say them, in thousands: "4.2 MB". */
export function sizeText(octets: number, language: string): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, octets)) / 3))
  const unit = UNITS[step] ?? 'byte'
  const options = { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, options).format(octets / 1000 ** step)
}
