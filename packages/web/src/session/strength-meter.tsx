import { Text } from '@mantine/core'
import { passwordMinLength } from '../api/agreed.ts'
import { useTexts } from '../languages/speaking.tsx'
import { passwordStrength } from './strength.ts'
import classes from './strength-meter.module.css'

const TONES = ['bad', 'bad', 'warn', 'good', 'good'] as const

export function StrengthMeter({ password }: { password: string }) {
  const texts = useTexts('session')
  const strength = passwordStrength(password)
  return (
    <div className={classes.meter} data-tone={password ? TONES[strength] : 'quiet'}>
      <div className={classes.bars} aria-hidden>
        {[1, 2, 3, 4].map((level) => (
          <span key={level} data-on={(password !== '' && strength >= level) || undefined} />
        ))}
      </div>
      <Text size="xs" c="dimmed" role="status">
        {password
          ? texts.strength({ level: texts.strengths[strength] })
          : texts.passwordHelp({ count: passwordMinLength })}
      </Text>
    </div>
  )
}
