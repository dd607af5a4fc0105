import { Text } from '@mantine/core'
import { passwordStrength } from './strength.ts'
import classes from './strength-meter.module.css'
import { texts } from './texts.ts'

const TONES = ['bad', 'bad', 'warn', 'good', 'good'] as const

export function StrengthMeter({ password }: { password: string }) {
  const strength = passwordStrength(password)
  return (
    <div className={classes.meter} data-tone={password ? TONES[strength] : 'quiet'}>
      <div className={classes.bars} aria-hidden>
        {[1, 2, 3, 4].map((level) => (
          <span key={level} data-on={(password !== '' && strength >= level) || undefined} />
        ))}
      </div>
      <Text size="xs" c="dimmed" role="status">
        {password ? `${texts.strength}: ${texts.strengths[strength]}` : texts.passwordHelp}
      </Text>
    </div>
  )
}
