import './theme/styles.ts'
import { DirectionProvider, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { RouterProvider } from 'react-router/dom'
import { createQueryClient } from './api/query-client.ts'
import type { Language } from './languages/languages.ts'
import { Speaking } from './languages/speaking.tsx'
import { createRouter } from './router.tsx'
import { cssVariables, theme } from './theme/theme.ts'

export function App({ language }: { language: Language }) {
  const [client] = useState(createQueryClient)
  const [router] = useState(createRouter)
  return (
    <DirectionProvider>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <Speaking first={language}>
          <Notifications position="bottom-center" limit={3} />
          <QueryClientProvider client={client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </Speaking>
      </MantineProvider>
    </DirectionProvider>
  )
}
