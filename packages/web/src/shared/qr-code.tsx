import { generate } from 'lean-qr'
import { toSvgPath } from 'lean-qr/extras/svg'
import classes from './qr-code.module.css'

/** Modules of quiet around the code (ISO/IEC 18004 asks for four). */
const QUIET = 4

/** Text for a camera. Dark on light in every theme: many cameras read nothing else. `label` says what it is. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const code = generate(text)
  const size = code.size + 2 * QUIET
  return (
    <svg className={classes.code} viewBox={`${-QUIET} ${-QUIET} ${size} ${size}`} role="img" aria-label={label}>
      <rect x={-QUIET} y={-QUIET} width={size} height={size} className={classes.light} />
      <path d={toSvgPath(code)} className={classes.dark} />
    </svg>
  )
}
