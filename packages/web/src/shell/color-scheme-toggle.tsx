import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { IconMoon, IconSun } from '@tabler/icons-react'
import { useTexts } from '../languages/speaking.tsx'

/** Follows the system until somebody presses it; pressing back to the system's choice follows it again. */
export function ColorSchemeToggle() {
  const texts = useTexts('shell')
  const { setColorScheme } = useMantineColorScheme()
  const current = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const next = current === 'dark' ? 'light' : 'dark'
  const label = next === 'dark' ? texts.toDark : texts.toLight
  const choose = () => {
    const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    setColorScheme(next === system ? 'auto' : next)
  }
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={choose}>
        {next === 'dark' ? <IconMoon size={19} stroke={1.7} /> : <IconSun size={19} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  )
}
