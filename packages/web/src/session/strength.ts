import { passwordMinLength } from '../api/agreed.ts'

/**
 * A hint, not a judge: 0 too short … 4 very good. Length counts most, as NIST SP 800-63B §3.1.1 advises;
 * few different characters (aaaa…, abababab…) and plain runs count against it.
 */
export function passwordStrength(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length < passwordMinLength) return 0
  const different = new Set(password.toLowerCase()).size
  if (different < 6 || isRun(password.toLowerCase())) return 1
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length
  const points = password.length + kinds * 2
  if (points >= 28) return 4
  if (points >= 20) return 3
  return 2
}

function isRun(text: string): boolean {
  let steps = 0
  for (let index = 1; index < text.length; index++) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) === 1) steps++
  }
  return steps > text.length * 0.6
}
