import { Box, Stack, Text } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Folded } from '../shared/folded.tsx'

const COMMAND = 'evergrant people password-link NAME'

/** What to do without the password: nobody gets another one by mail, since whoever reads the mail would be in. */
export function ForgottenPassword() {
  const texts = useTexts('session')
  return (
    <Box mt="md">
      <Folded title={texts.forgot}>
        <Stack gap="xs">
          <Text size="sm">{texts.forgotAsk}</Text>
          <Text size="sm">{texts.forgotRun}</Text>
          <CodeBlock text={COMMAND} label={texts.forgotCommand} wrap />
        </Stack>
      </Folded>
    </Box>
  )
}
